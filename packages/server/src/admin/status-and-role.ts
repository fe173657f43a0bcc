import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { forgetInviteCodesOf } from '../referral/check-invite-code.ts';
import { type Caller, type Client, revokeAllSessions } from '../sessions/sessions.ts';

/** Who does it, and from where. */
export interface Actor {
  userId: string;
  ip: string;
}

export function actorOf({ caller, client }: { caller: Caller; client: Client }): Actor {
  return { userId: caller.userId, ip: client.ip };
}

export type Status = 'active' | 'blocked';

/**
 * Blocks a user, which ends all their sessions, or lets them in again. The same once more changes nothing.
 * @throws DomainError NOT_FOUND, ACCOUNT_OWN, LAST_ADMIN
 */
export async function setStatus(
  deps: Deps,
  actor: Actor,
  { userId, status }: { userId: string; status: Status },
): Promise<void> {
  if (userId === actor.userId && status === 'blocked') throw new DomainError('ACCOUNT_OWN');
  await deps.database.transaction(async (tx) => {
    const before = await holdUser(tx, userId);
    if (before.status === status) return;
    if (status === 'blocked') await keepAnAdmin(tx, userId);
    await tx.query(sql`update users set status = ${status}::user_status where id = ${userId}`);
    // The user's row is held by now, so no sign-in can add a session that this does not see.
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
  // What anyone is told of a blocked user's code is that it is not valid.
  await forgetInviteCodesOf(deps, userId);
}

export type Role = 'user' | 'admin';

/**
 * Gives or takes the admin role; it is read at each request, so it holds at once.
 * @throws DomainError NOT_FOUND, LAST_ADMIN
 */
export async function setRole(
  { clock, database }: Deps,
  actor: Actor,
  { userId, role }: { userId: string; role: Role },
): Promise<void> {
  await database.transaction(async (tx) => {
    const before = await holdUser(tx, userId);
    if (before.role === role) return;
    if (role === 'user') await keepAnAdmin(tx, userId);
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

async function holdUser(tx: Sql, userId: string): Promise<{ status: Status; role: Role }> {
  const [user] = await tx.query<{ status: Status; role: Role }>(sql`
    select status, role from users where id = ${userId} and status <> 'deleted' for update`);
  if (!user) throw new DomainError('NOT_FOUND');
  return user;
}

/** Any number will do that no other lock takes. */
const LAST_ADMIN_LOCK = 7_361_904;

/**
 * Refuses to lose the only admin who can sign in; to be called before the write that would, in its
 * transaction. Such writes pass here one at a time, each seeing what the one before has left.
 * @throws DomainError LAST_ADMIN
 */
async function keepAnAdmin(tx: Sql, userId: string): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${LAST_ADMIN_LOCK}::bigint)`);
  const admins = await tx.query<{ id: string }>(sql`
    select id from users where role = 'admin' and status = 'active' limit 2`);
  if (admins.length === 1 && admins[0]?.id === userId) throw new DomainError('LAST_ADMIN');
}
