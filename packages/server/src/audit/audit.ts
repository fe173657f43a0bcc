import sql, { Sql } from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';

export interface AuditEvent {
  at: Date;
  action: AuditAction;
  ip: string | null;
  /** Never contains a secret, a phone or an email: entries are kept after an account is deleted. */
  details?: Record<string, unknown> | Sql;
}

type AuditAction =
  | 'auth.signed_in'
  | 'auth.sign_in_failed'
  | 'auth.refresh_reused'
  | 'auth.reauthenticated'
  | 'auth.reauthentication_failed'
  | 'auth.phone_linked'
  | 'auth.phone_link_failed'
  | 'auth.password_set'
  | 'auth.password_set_failed'
  | 'profile.deleted'
  | 'profile.exported'
  | 'user.status_changed'
  | 'user.role_changed'
  | 'user.unlocked'
  | 'user.sessions_revoked'
  | 'sessions.revoked_all'
  | 'invite_code.revoked'
  | 'data.exported'
  | 'data.imported';

/**
 * An insert into the audit log, to run on its own or as the last part of the statement that makes
 * the change.
 * @param who a query for (actor_id, target_id): one entry for its row, none without a row
 */
export function recordAudit({ at, action, ip, details }: AuditEvent, who: Sql): Sql {
  const json = details instanceof Sql ? details : sql`${details && JSON.stringify(details)}::jsonb`;
  return sql`
      insert into audit_entries (id, at, actor_id, target_id, action, ip, details)
      select ${uuidv7()}::uuid, ${at}::timestamptz, who.actor_id, who.target_id, ${action}, ${ip},
        ${json}
      from (${who}) who (actor_id, target_id)`;
}
