import { type TRPC_ERROR_CODE_KEY, TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { ZodError } from 'zod';
import { DomainError, type ErrorData, type Reason } from '../core/errors.ts';
import { errorMessage, type Locale } from '../core/messages.ts';
import { type Issue, localizeIssue } from './issues.ts';

/** Each reason's tRPC code, which determines its HTTP status. */
export const TRPC_CODES = {
  INPUT_INVALID: 'BAD_REQUEST',
  PHONE_INVALID: 'BAD_REQUEST',
  EMAIL_UNDELIVERABLE: 'BAD_REQUEST',
  EMAIL_DISPOSABLE: 'BAD_REQUEST',
  CODE_WRONG: 'UNAUTHORIZED',
  CODE_EXPIRED: 'UNAUTHORIZED',
  CREDENTIALS_WRONG: 'UNAUTHORIZED',
  TOKEN_MISSING: 'UNAUTHORIZED',
  TOKEN_INVALID: 'UNAUTHORIZED',
  TOKEN_EXPIRED: 'UNAUTHORIZED',
  REFRESH_REUSED: 'UNAUTHORIZED',
  FORBIDDEN: 'FORBIDDEN',
  USER_BLOCKED: 'FORBIDDEN',
  REAUTHENTICATION_REQUIRED: 'FORBIDDEN',
  PHONE_VERIFICATION_REQUIRED: 'FORBIDDEN',
  EMAIL_VERIFICATION_REQUIRED: 'FORBIDDEN',
  ACTIVATION_REFUSED: 'FORBIDDEN',
  NOT_FOUND: 'NOT_FOUND',
  INVITE_CODE_NOT_FOUND: 'NOT_FOUND',
  INVITE_CODE_OWN: 'CONFLICT',
  INVITE_CODE_EXPIRED: 'CONFLICT',
  ALREADY_ACTIVATED: 'CONFLICT',
  REFERRAL_CYCLE: 'CONFLICT',
  REFERRER_BLOCKED: 'CONFLICT',
  ACTIVE_INVITE_CODE_EXISTS: 'CONFLICT',
  INVITE_CODE_TAKEN: 'CONFLICT',
  INVITE_CODE_LIMIT: 'CONFLICT',
  PHONE_TAKEN: 'CONFLICT',
  EMAIL_TAKEN: 'CONFLICT',
  LAST_ADMIN: 'CONFLICT',
  ACCOUNT_OWN: 'CONFLICT',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  RATE_LIMITED: 'TOO_MANY_REQUESTS',
  CODE_ATTEMPTS_EXCEEDED: 'TOO_MANY_REQUESTS',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
  UNAVAILABLE: 'SERVICE_UNAVAILABLE',
} as const satisfies Record<Reason, TRPC_ERROR_CODE_KEY>;

/** An error as clients receive it, the same over tRPC and REST. */
export interface Failure {
  message: string;
  /** tRPC's name for the HTTP status. */
  code: TRPCError['code'];
  data: ErrorData & {
    reason: Reason;
    httpStatus: number;
    /** Identifies the request in the server's log. */
    requestId: string;
    /** INPUT_INVALID: the invalid fields. */
    issues?: Issue[];
  };
}

interface Request {
  locale: Locale;
  requestId: string;
  /** The raw input, which messages of issues refer to. */
  input?: unknown;
}

/** Describes an error for the client. Unexpected errors are INTERNAL and reveal only the request ID. */
export function describeFailure(error: TRPCError, { locale, requestId, input }: Request): Failure {
  const domain = error.cause instanceof DomainError ? error.cause : undefined;
  const reason = failureReason(error);
  const code = TRPC_CODES[reason];
  const cause = domain?.cause ?? error.cause;
  const issues =
    cause instanceof ZodError && reason === 'INPUT_INVALID'
      ? cause.issues.map((issue) => localizeIssue(issue, locale, input))
      : undefined;
  return {
    message: errorMessage(locale, reason, domain?.data),
    code,
    data: {
      reason,
      httpStatus: getHTTPStatusCodeFromError(new TRPCError({ code })),
      requestId,
      ...domain?.data,
      ...(issues && { issues }),
    },
  };
}

/** The stable, machine-readable reason of an error. */
export function failureReason(error: TRPCError): Reason {
  return error.cause instanceof DomainError ? error.cause.reason : reasonOfTrpcError(error);
}

/** tRPC itself rejects requests that it cannot parse and paths that do not exist. */
function reasonOfTrpcError({ code }: TRPCError): Reason {
  switch (code) {
    case 'BAD_REQUEST':
    case 'PARSE_ERROR':
    case 'UNSUPPORTED_MEDIA_TYPE':
    case 'METHOD_NOT_SUPPORTED':
      return 'INPUT_INVALID';
    case 'NOT_FOUND':
      return 'NOT_FOUND';
    case 'PAYLOAD_TOO_LARGE':
      return 'PAYLOAD_TOO_LARGE';
    default:
      return 'INTERNAL';
  }
}
