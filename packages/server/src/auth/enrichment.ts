import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { EmailVerdict } from '../enrichment/port.ts';
import { emailCountsSql } from '../identity/verified-email.ts';

/** The verdicts with which an account may be created. */
export type AcceptedVerdict = Exclude<EmailVerdict, 'undeliverable' | 'disposable'>;

/**
 * Checks an email with the email verifier. If the verifier fails, the verdict is `unknown` and the
 * email is accepted.
 * @returns undefined if no verifier is configured
 * @throws DomainError EMAIL_UNDELIVERABLE, EMAIL_DISPOSABLE
 */
export async function screenEmail(
  { emailVerifier, log }: Pick<Deps, 'emailVerifier' | 'log'>,
  email: string,
): Promise<AcceptedVerdict | undefined> {
  const verdict = await emailVerifier?.verify(email).catch((err): EmailVerdict => {
    log.warn({ err }, 'Email verification failed');
    return 'unknown';
  });
  if (verdict === 'undeliverable') throw new DomainError('EMAIL_UNDELIVERABLE');
  if (verdict === 'disposable') throw new DomainError('EMAIL_DISPOSABLE');
  return verdict;
}

/**
 * Stores what the person finder, if configured, knows about an email. In production it is asked
 * about proved emails only, so that nobody looks up a stranger's address. Never rejects.
 */
export async function enrichProfile(
  deps: Pick<Deps, 'config' | 'personFinder' | 'database' | 'log'>,
  { userId, email }: { userId: string; email: string },
): Promise<void> {
  const { personFinder, database, log } = deps;
  if (!personFinder) return;
  const hasEmail = sql`id = ${userId} and email = ${email} and status = 'active'
          and ${emailCountsSql(deps, sql`email_verified_at`)}`;
  try {
    const [counts] = await database.query(sql`select from users where ${hasEmail}`);
    const person = counts && (await personFinder.find(email));
    // The account may have been deleted or changed its email during the lookup.
    if (person)
      await database.query(sql`
        update users set person = ${JSON.stringify(person)}::jsonb
        where ${hasEmail}`);
  } catch (err) {
    log.warn({ err }, 'Profile enrichment failed');
  }
}
