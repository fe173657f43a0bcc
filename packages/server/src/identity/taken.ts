import { DomainError, type Reason } from '../core/errors.ts';

const REASONS: Record<string, Reason> = {
  users_email_key: 'EMAIL_TAKEN',
  users_phone_key: 'PHONE_TAKEN',
};

const UNIQUE_VIOLATION = '23505';

/** True if another row has the phone, email or invite code. The transaction wrote nothing. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown }).code === UNIQUE_VIOLATION;
}

/**
 * Rethrows an error of a write that sets the phone or email of an account.
 * @throws DomainError EMAIL_TAKEN, PHONE_TAKEN; any other error unchanged
 */
export function rethrowAsTaken(error: unknown): never {
  const { constraint = '' } = error as { constraint?: string };
  const reason = isUniqueViolation(error) ? REASONS[constraint] : undefined;
  throw reason ? new DomainError(reason) : error;
}
