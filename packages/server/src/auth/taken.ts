import { DomainError, type Reason } from '../errors.ts';

const REASON: Record<string, Reason> = {
  users_email_key: 'EMAIL_TAKEN',
  users_phone_key: 'PHONE_TAKEN',
};

/**
 * An error of a write that gives an account a phone or an email, as what it means.
 * @throws DomainError EMAIL_TAKEN, PHONE_TAKEN, or the error itself
 */
export function throwTaken(error: unknown): never {
  const UNIQUE_VIOLATION = '23505';
  const { code, constraint = '' } = error as { code?: string; constraint?: string };
  const reason = code === UNIQUE_VIOLATION ? REASON[constraint] : undefined;
  throw reason ? new DomainError(reason) : error;
}
