import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { ZodError } from 'zod';
import { DomainError, type ErrorData, REASONS, type Reason } from './errors.ts';
import { localizeIssue } from './issues.ts';
import { errorMessage, type Locale } from './messages.ts';

export interface Issue {
  /** Where in the input, as in `['limit']`. */
  path: (string | number)[];
  message: string;
}

/** What a failed request is answered with, the same over tRPC and REST. */
export interface Failure {
  message: string;
  /** tRPC's name of the status. */
  code: TRPCError['code'];
  data: ErrorData & {
    reason: Reason;
    httpStatus: number;
    /** Names the request in the server's log. */
    requestId: string;
    /** INPUT_INVALID: what is wrong where. */
    issues?: Issue[];
  };
}

interface Request {
  locale: Locale;
  requestId: string;
  /** What came in, to name in issues. */
  input?: unknown;
}

/** Any error as its answer. What nobody threw on purpose is INTERNAL and says nothing but the request's id. */
export function describeFailure(error: TRPCError, { locale, requestId, input }: Request): Failure {
  const domain = error.cause instanceof DomainError ? error.cause : undefined;
  const reason = failureReason(error);
  const code = REASONS[reason];
  const invalid = domain?.cause ?? error.cause;
  const issues =
    invalid instanceof ZodError && reason === 'INPUT_INVALID'
      ? invalid.issues.map((issue) => localizeIssue(issue, locale, input))
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

/** Why a request failed, for a program. */
export function failureReason(error: TRPCError): Reason {
  return error.cause instanceof DomainError ? error.cause.reason : reasonOf(error);
}

/** tRPC's own errors are about a request it could not read or a path it does not know. */
function reasonOf({ code }: TRPCError): Reason {
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
