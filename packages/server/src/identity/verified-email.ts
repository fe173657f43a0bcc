import sql, { type Sql as Statement } from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';

/**
 * A condition over an email's `email_verified_at`: true if the email counts. Anyone can sign up
 * with anyone's address, so in production only a proved one does. Development takes every address.
 */
export function emailCountsSql({ config }: Pick<Deps, 'config'>, verifiedAt: Statement): Statement {
  return config.production ? sql`${verifiedAt} is not null` : sql`true`;
}

/**
 * Requires a user who is about to activate an invite code to have proved a phone or an email.
 * Otherwise one person could activate a code once for every address they invent.
 * @throws DomainError EMAIL_VERIFICATION_REQUIRED
 */
export async function requireProvedIdentity(
  deps: Pick<Deps, 'config'>,
  tx: Sql,
  userId: string,
): Promise<void> {
  const [proved] = await tx.query(sql`
    select from users where id = ${userId}
      and (phone_verified_at is not null or ${emailCountsSql(deps, sql`email_verified_at`)})`);
  if (!proved) throw new DomainError('EMAIL_VERIFICATION_REQUIRED');
}
