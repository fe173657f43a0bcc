import { z } from 'zod';

/** Stable error codes that callers switch on, the same over tRPC and REST. */
export const REASONS = [
  'INPUT_INVALID',
  'PHONE_INVALID',
  'EMAIL_UNDELIVERABLE',
  'EMAIL_DISPOSABLE',
  'CODE_WRONG',
  'CODE_EXPIRED',
  'CREDENTIALS_WRONG',
  'TOKEN_MISSING',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'REFRESH_REUSED',
  'FORBIDDEN',
  'USER_BLOCKED',
  'REAUTHENTICATION_REQUIRED',
  'PHONE_VERIFICATION_REQUIRED',
  'EMAIL_VERIFICATION_REQUIRED',
  'ACTIVATION_REFUSED',
  'NOT_FOUND',
  'INVITE_CODE_NOT_FOUND',
  'INVITE_CODE_OWN',
  'INVITE_CODE_EXPIRED',
  'ALREADY_ACTIVATED',
  'REFERRAL_CYCLE',
  'REFERRER_BLOCKED',
  'ACTIVE_INVITE_CODE_EXISTS',
  'INVITE_CODE_TAKEN',
  'INVITE_CODE_LIMIT',
  'PHONE_TAKEN',
  'EMAIL_TAKEN',
  'LAST_ADMIN',
  'ACCOUNT_OWN',
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'CODE_ATTEMPTS_EXCEEDED',
  'INTERNAL',
  'UNAVAILABLE',
] as const;

export type Reason = (typeof REASONS)[number];

/** Details of some reasons. The SDK's type and the OpenAPI document are generated from this schema. */
export const errorData = z.object({
  attemptsLeft: z.number().int().optional().describe('CODE_WRONG: guesses left for this code.'),
  retryAfter: z
    .number()
    .int()
    .optional()
    .describe('RATE_LIMITED, CODE_ATTEMPTS_EXCEEDED, UNAVAILABLE: whole seconds to wait.'),
  country: z
    .string()
    .optional()
    .describe('PHONE_INVALID: a country (ISO 3166-1) that codes are not sent to.'),
  inviteCode: z
    .string()
    .optional()
    .describe('ALREADY_ACTIVATED: the invite code that was activated.'),
  activatedAt: z
    .string()
    .optional()
    .describe('ALREADY_ACTIVATED: when it was activated, ISO 8601.')
    .meta({ format: 'date-time' }),
});

export type ErrorData = z.infer<typeof errorData>;

/** The only error that rules throw on purpose. Any other error is a bug and is reported as INTERNAL. */
export class DomainError extends Error {
  override name = 'DomainError';
  readonly reason: Reason;
  readonly data: ErrorData;

  /**
   * @param cause for INPUT_INVALID the ZodError with the issues; for UNAVAILABLE the underlying error
   */
  constructor(reason: Reason, data: ErrorData = {}, cause?: unknown) {
    super(reason, { cause });
    this.reason = reason;
    this.data = data;
  }
}

/**
 * Validates input that a procedure's schema cannot, for example against the clock.
 * @throws DomainError INPUT_INVALID, with the same issues as a procedure's own schema
 */
export function checkInput<Out>(schema: z.ZodType<Out>, input: unknown): Out {
  const { success, data, error } = schema.safeParse(input);
  if (!success) throw new DomainError('INPUT_INVALID', {}, error);
  return data;
}
