import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { EmailVerdict } from '../enrichment/port.ts';

/** What an account's email may be; with worse there is none. */
export type AcceptedVerdict = Exclude<EmailVerdict, 'undeliverable' | 'disposable'>;

/**
 * Asks the email verifier, if there is one. Out of reach it stops nobody: the verdict is `unknown`.
 * @returns undefined if there is no verifier
 * @throws DomainError EMAIL_UNDELIVERABLE, EMAIL_DISPOSABLE
 */
export async function judgeEmail(
  { emailVerifier, log }: Pick<Deps, 'emailVerifier' | 'log'>,
  email: string,
): Promise<AcceptedVerdict | undefined> {
  const verdict = await emailVerifier?.verify(email).catch((err): EmailVerdict => {
    log.warn({ err }, 'Email not verified');
    return 'unknown';
  });
  if (verdict === 'undeliverable') throw new DomainError('EMAIL_UNDELIVERABLE');
  if (verdict === 'disposable') throw new DomainError('EMAIL_DISPOSABLE');
  return verdict;
}

/** Keeps what the person finder, if there is one, knows of a user's email. Never throws: nobody waits for it. */
export async function enrichProfile(
  { personFinder, database, log }: Pick<Deps, 'personFinder' | 'database' | 'log'>,
  { userId, email }: { userId: string; email: string },
): Promise<void> {
  try {
    const person = await personFinder?.find(email);
    // By now the account may be gone or have another email.
    if (person)
      await database.query(sql`
        update users set person = ${JSON.stringify(person)}::jsonb
        where id = ${userId} and email = ${email} and status = 'active'`);
  } catch (err) {
    log.warn({ err }, 'Profile not enriched');
  }
}
