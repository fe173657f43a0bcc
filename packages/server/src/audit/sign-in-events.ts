import sql, { type Sql } from 'sql-template-tag';
import { DomainError, type Reason } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { Client } from '../sessions/sessions.ts';
import { type AuditEvent, recordAudit } from './audit.ts';

interface Attempt {
  method: 'phone' | 'password';
  client: Client;
  /** Whose account it is about, as an expression of SQL: null if there is none. */
  target: Sql;
}

/**
 * Runs a try at signing in and leaves an entry if the code or the password was wrong. Whoever tried
 * is nobody yet, and a phone or an email without an account leaves no trace but the address. What
 * is recorded was a counted try, so the limits on those (a phone's and an account's, and those per
 * address) bound how fast the log can be made to grow; refused tries leave nothing.
 */
export async function auditFailedSignIn<Result>(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  { method, client, target }: Attempt,
  attempt: () => Promise<Result>,
): Promise<Result> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof DomainError && WRONG.has(error.reason))
      await database.query(
        recordAudit(
          {
            at: new Date(clock()),
            action: 'auth.sign_in_failed',
            ip: client.ip,
            details: { method, reason: error.reason },
          },
          sql`select null::uuid, ${target}`,
        ),
      );
    throw error;
  }
}

const WRONG = new Set<Reason>(['CODE_WRONG', 'CREDENTIALS_WRONG']);

/**
 * The entry for a user of ADMIN_PHONES who becomes admin by signing in: the part of that statement
 * after `account (id)`. Within one statement `users` still shows the role from before.
 */
export function recordPromotion(event: Pick<AuditEvent, 'at' | 'ip'>): Sql {
  return recordAudit(
    {
      ...event,
      action: 'user.role_changed',
      details: { from: 'user', to: 'admin', by: 'ADMIN_PHONES' },
    },
    sql`select account.id, account.id from account left join users before on before.id = account.id
      where before.role is distinct from 'admin'`,
  );
}
