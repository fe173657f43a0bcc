import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { forgetFailedPasswords } from '../auth/passwords/attempt.ts';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from './status-and-role.ts';

/**
 * Resets the limits on a user's wrong codes, sends and wrong passwords, whoever used them up. Codes
 * that were sent stay valid.
 * @throws DomainError NOT_FOUND, UNAVAILABLE
 */
export async function unlockUser(deps: Deps, actor: Actor, userId: string): Promise<void> {
  const audit = recordAudit(
    { at: new Date(deps.clock()), action: 'user.unlocked', ip: actor.ip },
    sql`select ${actor.userId}::uuid, id from unlocked`,
  );
  const [user] = await deps.database.query<{ phone: string | null; email: string | null }>(sql`
    with unlocked as (
      select id, phone, email from users where id = ${userId} and status <> 'deleted'
    ), reset as (
      update phone_codes c set sent_at = '{}', sent_from = '{}', reserved_sent_at = '{}',
        failed_at = '{}', reserved_failed_at = '{}', code_attempts = array_fill(0, array[cardinality(code_attempts)])
      from unlocked where c.phone = unlocked.phone
    ), audit as (${audit})
    select phone, email from unlocked`);
  if (!user) throw new DomainError('NOT_FOUND');
  await forgetFailedPasswords(deps, { userId, ...user });
}
