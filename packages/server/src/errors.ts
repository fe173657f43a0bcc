import type { TRPC_ERROR_CODE_KEY } from '@trpc/server';
import type { z } from 'zod';

/**
 * What went wrong, for a program: stable, and the same over tRPC and REST.
 * The value is the tRPC code, which fixes the HTTP status.
 */
export const REASONS = {
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
  PHONE_VERIFICATION_REQUIRED: 'FORBIDDEN',
  ACTIVATION_REFUSED: 'FORBIDDEN',
  NOT_FOUND: 'NOT_FOUND',
  INVITE_CODE_NOT_FOUND: 'NOT_FOUND',
  INVITE_CODE_OWN: 'CONFLICT',
  INVITE_CODE_EXPIRED: 'CONFLICT',
  ALREADY_ACTIVATED: 'CONFLICT',
  REFERRAL_CYCLE: 'CONFLICT',
  REFERRER_BLOCKED: 'CONFLICT',
  ACTIVE_CODE_EXISTS: 'CONFLICT',
  CODE_TAKEN: 'CONFLICT',
  PHONE_TAKEN: 'CONFLICT',
  EMAIL_TAKEN: 'CONFLICT',
  LAST_ADMIN: 'CONFLICT',
  ACCOUNT_OWN: 'CONFLICT',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  RATE_LIMITED: 'TOO_MANY_REQUESTS',
  CODE_ATTEMPTS_EXCEEDED: 'TOO_MANY_REQUESTS',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
  UNAVAILABLE: 'SERVICE_UNAVAILABLE',
} as const satisfies Record<string, TRPC_ERROR_CODE_KEY>;

export type Reason = keyof typeof REASONS;

/** What some reasons carry beside their name. */
export interface ErrorData {
  /** CODE_WRONG: wrong tries left for this code. */
  attemptsLeft?: number;
  /** RATE_LIMITED, CODE_ATTEMPTS_EXCEEDED, UNAVAILABLE: whole seconds. */
  retryAfter?: number;
  /** PHONE_INVALID: a country (ISO 3166-1) whose phones are not served here. */
  country?: string;
  /** ALREADY_ACTIVATED: the invite code in force. */
  inviteCode?: string;
  /** ALREADY_ACTIVATED: when it was activated, ISO 8601. */
  activatedAt?: string;
}

/** The only error that rules throw on purpose; everything else is a fault and is answered as INTERNAL. */
export class DomainError extends Error {
  override name = 'DomainError';
  readonly reason: Reason;
  readonly data: ErrorData;

  /** @param cause INPUT_INVALID: the ZodError with what is wrong where; UNAVAILABLE: what failed, for the log */
  constructor(reason: Reason, data: ErrorData = {}, cause?: unknown) {
    super(reason, { cause });
    this.reason = reason;
    this.data = data;
  }
}

/**
 * Input that only a rule can judge, as by the clock.
 * @throws DomainError INPUT_INVALID, with issues as those of a procedure's own schema
 */
export function checkInput<Out>(schema: z.ZodType<Out>, input: unknown): Out {
  const { success, data, error } = schema.safeParse(input);
  if (!success) throw new DomainError('INPUT_INVALID', {}, error);
  return data;
}

/**
 * Whether PostgreSQL refused a text that it cannot store: one with the character NUL, which no schema
 * here needs to know about. Said by the driver, or by Prisma around it.
 */
export function isUnstorable(error: unknown): boolean {
  const CHARACTER_NOT_IN_REPERTOIRE = '22021';
  const { code, meta } = error as Failed;
  return [code, meta?.driverAdapterError?.cause?.originalCode].includes(
    CHARACTER_NOT_IN_REPERTOIRE,
  );
}

interface Failed {
  code?: string;
  meta?: { driverAdapterError?: { cause?: { originalCode?: string } } };
}
