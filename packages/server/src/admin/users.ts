import sql, { type Sql } from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import { type Page, pageOf, readCursor } from '../core/paging.ts';
import type { Deps } from '../deps.ts';
import type { UserRole, UserStatus } from '../identity/user-status.ts';
import { phoneVerifiedSql } from '../identity/verified-phone.ts';
import { type Profile, readProfile } from '../profile/profile.ts';
import { findUsers } from './find-users.ts';

export interface UserSummary extends Omit<Profile, 'referrals' | 'person'> {
  status: UserStatus;
}

export interface UserWithStatus extends Omit<Profile, 'person'> {
  status: UserStatus;
}

interface UserFilter {
  role?: UserRole | undefined;
  /** Deleted users are included only if this is `deleted`. */
  status?: UserStatus | undefined;
}

interface UserQuery extends UserFilter {
  cursor?: string | undefined;
  limit: number;
  /** An id, an email, an invite code, the start of a phone or the start of a name */
  query?: string | undefined;
}

/**
 * Returns a page of users, newest first. With a query, they are ordered by the phone or name that
 * matched it.
 */
export async function listUsers(deps: Deps, userQuery: UserQuery): Promise<Page<UserSummary>> {
  const { cursor, limit, query } = userQuery;
  const filter = filterSql(userQuery);
  if (query !== undefined) {
    const { ids, nextCursor } = await findUsers(deps, { query, cursor, limit, filter });
    const users = await readUserSummaries(deps, sql`u.id = any(${ids}::uuid[])`);
    const byId = new Map(users.map((user) => [user.id, user]));
    return { items: ids.flatMap((id) => byId.get(id) ?? []), nextCursor };
  }
  const after = readCursor(cursor);
  const rows = await readUserSummaries(
    deps,
    sql`${filter} and ${after ? sql`u.id < ${after.id}::uuid` : sql`true`}
      order by u.id desc limit ${limit + 1}`,
  );
  return pageOf(rows, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
}

/** Uses literals: a prepared plan uses a partial index only if the condition is constant. */
function filterSql({ role, status }: UserFilter): Sql {
  const roles = { admin: sql`u.role = 'admin'`, user: sql`u.role = 'user'` };
  const statuses = {
    active: sql`u.status = 'active'`,
    blocked: sql`u.status = 'blocked'`,
    deleted: sql`u.status = 'deleted'`,
  };
  const ofRole = role ? roles[role] : sql`true`;
  const ofStatus = status ? statuses[status] : sql`u.status <> 'deleted'`;
  return sql`${ofRole} and ${ofStatus}`;
}

async function readUserSummaries(deps: Deps, conditionAndOrder: Sql): Promise<UserSummary[]> {
  return deps.database.query<UserSummary>(sql`
    select u.id, u.phone, u.email, u.display_name as "displayName", u.role, u.status,
      ${phoneVerifiedSql(deps, sql`u.phone_verified_at`)} as "phoneVerified",
      u.email_verified_at is not null as "emailVerified",
      c.code as "inviteCode", c.expires_at as "inviteCodeExpiresAt",
      r.invite_code as "activatedInviteCode", r.referrer_id as "referrerId",
      u.referral_count as "referralCount", u.created_at as "createdAt"
    from users u
    left join invite_codes c on c.user_id = u.id and c.retired_at is null
    left join referrals r on r.referee_id = u.id
    where ${conditionAndOrder}`);
}

/**
 * Returns a user, without what was found about their email: that is for the user alone.
 * @throws DomainError NOT_FOUND
 */
export async function readUser(deps: Deps, userId: string): Promise<UserWithStatus> {
  const [{ person: _, ...profile }, [row]] = await Promise.all([
    readProfile(deps, userId),
    deps.database.query<{ status: UserStatus }>(sql`select status from users where id = ${userId}`),
  ]);
  if (!row) throw new DomainError('NOT_FOUND');
  return { ...profile, status: row.status };
}
