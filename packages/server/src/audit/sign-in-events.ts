import sql, { type Sql } from 'sql-template-tag';
import type { Deps } from '../deps.ts';
import type { Client } from '../sessions/sessions.ts';
import { type AuditEvent, recordAudit } from './audit.ts';
import { auditFailedProof } from './failed-proof.ts';

type SignInMethod = 'phone' | 'password';

interface SignInAttempt {
  method: SignInMethod;
  client: Client;
  /** SQL expression for the id of the account, or null if there is none. */
  target: Sql;
}

/**
 * Runs a sign-in attempt and records it if the code or password was wrong. The entry has no actor,
 * and no phone or email: without an account only the IP address is stored.
 */
export function auditFailedSignIn<Result>(
  deps: Pick<Deps, 'clock' | 'database'>,
  { method, client, target }: SignInAttempt,
  attempt: () => Promise<Result>,
): Promise<Result> {
  const who = sql`select null::uuid, ${target}`;
  return auditFailedProof(deps, { action: 'auth.sign_in_failed', method, client, who }, attempt);
}

interface SignIn extends Pick<AuditEvent, 'at' | 'ip'> {
  method: SignInMethod;
  /** SQL expression */
  isNewUser: Sql;
}

/**
 * Records a sign-in, as part of the statement that opens the session.
 * @param session the name of the CTE that inserted the session and returns its `user_id`
 */
export function recordSignIn({ at, ip, method, isNewUser }: SignIn, session: Sql): Sql {
  const details = sql`jsonb_build_object('method', ${method}::text, 'isNewUser', ${isNewUser})`;
  return recordAudit(
    { at, action: 'auth.signed_in', ip, details },
    sql`select user_id, user_id from ${session}`,
  );
}

/**
 * Records that a user listed in ADMIN_PHONES became an admin, as part of the statement that signs
 * them in. Within that statement `users` still shows the previous role.
 * @param account the name of the CTE with the user's updated row
 */
export function recordPromotion(event: Pick<AuditEvent, 'at' | 'ip'>, account: Sql): Sql {
  return recordAudit(
    {
      ...event,
      action: 'user.role_changed',
      details: { from: 'user', to: 'admin', by: 'ADMIN_PHONES' },
    },
    sql`
        select ${account}.id, ${account}.id
        from ${account} left join users previous on previous.id = ${account}.id
        where previous.role is distinct from 'admin'`,
  );
}
