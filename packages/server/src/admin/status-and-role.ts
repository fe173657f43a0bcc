import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { requireAnotherAdmin } from '../identity/last-admin.ts';
import type { AssignableStatus, UserRole } from '../identity/user-status.ts';
import { forgetInviteCodesOf } from '../referral/check-invite-code.ts';
import { type Caller, type Client, revokeAllSessions } from '../sessions/sessions.ts';

/** The admin who performs an action, and their address for the audit log */
export interface Actor {
  userId: string;
  ip: string;
}

export function actorOf({ caller, client }: { caller: Caller; client: Client }): Actor {
  return { userId: caller.userId, ip: client.ip };
}

/**
 * Blocks a user, which ends all their sessions, or unblocks them. Does nothing if the status is
 * already set.
 * @throws DomainError NOT_FOUND, ACCOUNT_OWN, LAST_ADMIN
 */
export async function setStatus(
  deps: Deps,
  actor: Actor,
  { userId, status }: { userId: string; status: AssignableStatus },
): Promise<void> {
  if (userId === actor.userId && status === 'blocked') throw new DomainError('ACCOUNT_OWN');
  await deps.database.transaction(async (tx) => {
    const before = await lockUser(tx, userId);
    if (before.status === status) return;
    if (status === 'blocked') await requireAnotherAdmin(tx, userId);
    await tx.query(sql`update users set status = ${status}::user_status where id = ${userId}`);
    // The lock on the user's row keeps a concurrent sign-in from adding a session that this misses.
    const revoked = status === 'blocked' ? await revokeAllSessions(deps, tx, userId) : 0;
    await tx.query(
      recordAudit(
        {
          at: new Date(deps.clock()),
          action: 'user.status_changed',
          ip: actor.ip,
          details: { from: before.status, to: status, revoked },
        },
        sql`values (${actor.userId}::uuid, ${userId}::uuid)`,
      ),
    );
  });
  // The codes of a blocked user are not valid.
  await forgetInviteCodesOf(deps, userId);
}

/**
 * Grants or revokes the admin role. Every request reads the role, so the change is immediate.
 * @throws DomainError NOT_FOUND, LAST_ADMIN
 */
export async function setRole(
  { clock, database }: Deps,
  actor: Actor,
  { userId, role }: { userId: string; role: UserRole },
): Promise<void> {
  await database.transaction(async (tx) => {
    const before = await lockUser(tx, userId);
    if (before.role === role) return;
    if (role === 'user') await requireAnotherAdmin(tx, userId);
    await tx.query(sql`update users set role = ${role}::role where id = ${userId}`);
    await tx.query(
      recordAudit(
        {
          at: new Date(clock()),
          action: 'user.role_changed',
          ip: actor.ip,
          details: { from: before.role, to: role },
        },
        sql`values (${actor.userId}::uuid, ${userId}::uuid)`,
      ),
    );
  });
}

interface LockedUser {
  status: AssignableStatus;
  role: UserRole;
}

async function lockUser(tx: Sql, userId: string): Promise<LockedUser> {
  const [user] = await tx.query<LockedUser>(sql`
    select status, role from users where id = ${userId} and status <> 'deleted' for update`);
  if (!user) throw new DomainError('NOT_FOUND');
  return user;
}
