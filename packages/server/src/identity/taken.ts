import { DomainError, type Reason } from '../core/errors.ts';

const REASON: Record<string, Reason> = {
  users_email_key: 'EMAIL_TAKEN',
  users_phone_key: 'PHONE_TAKEN',
};

const UNIQUE_VIOLATION = '23505';

/** Whether a write met another's phone, email or invite code: nothing of its transaction was done. */
export function isTaken(error: unknown): boolean {
  return (error as { code?: unknown }).code === UNIQUE_VIOLATION;
}

/**
 * An error of a write that gives an account a phone or an email, as what it means.
 * @throws DomainError EMAIL_TAKEN, PHONE_TAKEN, or the error itself
 */
export function throwTaken(error: unknown): never {
  const { constraint = '' } = error as { constraint?: string };
  const reason = isTaken(error) ? REASON[constraint] : undefined;
  throw reason ? new DomainError(reason) : error;
}
