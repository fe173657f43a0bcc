import sql, { type Sql } from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import { type Page, pageOf, readCursor } from '../core/paging.ts';
import type { Deps } from '../deps.ts';
import { type Profile, readProfile } from '../profile/profile.ts';
import { findUsers } from './find-users.ts';

export type Status = 'active' | 'blocked' | 'deleted';

/** A user as lists show them. */
export interface Account extends Omit<Profile, 'referrals'> {
  status: Status;
}

interface UserFilter {
  role?: Profile['role'] | undefined;
  /** Deleted users are left out unless asked for. */
  status?: Status | undefined;
}

interface Wanted extends UserFilter {
  cursor?: string | undefined;
  limit: number;
  /** A phone or its beginning, an email, an id, an invite code, the beginning of a name. */
  query?: string | undefined;
}

/** Users, the newest first; those that a query finds, in the order of what it found them by. */
export async function listUsers(deps: Deps, wanted: Wanted): Promise<Page<Account>> {
  const { cursor, limit, query } = wanted;
  const which = filter(wanted);
  if (query !== undefined) {
    const { ids, nextCursor } = await findUsers(deps, { query, cursor, limit, which });
    const accounts = await readAccounts(deps, sql`u.id = any(${ids}::uuid[])`);
    const byId = new Map(accounts.map((account) => [account.id, account]));
    return { items: ids.flatMap((id) => byId.get(id) ?? []), nextCursor };
  }
  const after = readCursor(cursor);
  const rows = await readAccounts(
    deps,
    sql`${which} and ${after ? sql`u.id < ${after.id}::uuid` : sql`true`}
      order by u.id desc limit ${limit + 1}`,
  );
  return pageOf(rows, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
}

/** Literals, not parameters: a prepared plan uses a partial index only where it can see that it fits. */
function filter({ role, status }: UserFilter): Sql {
  const roles = { admin: sql`u.role = 'admin'`, user: sql`u.role = 'user'` };
  const statuses = {
    active: sql`u.status = 'active'`,
    blocked: sql`u.status = 'blocked'`,
    deleted: sql`u.status = 'deleted'`,
  };
  return sql`${role ? roles[role] : sql`true`} and ${status ? statuses[status] : sql`u.status <> 'deleted'`}`;
}

async function readAccounts(
  { config, clock, database }: Deps,
  whichInOrder: Sql,
): Promise<Account[]> {
  const verifiedSince =
    config.PHONE_VERIFICATION_TTL === 0
      ? new Date(0)
      : new Date(clock() - config.PHONE_VERIFICATION_TTL * 1000);
  return database.query<Account>(sql`
    select u.id, u.phone, u.email, u.display_name as "displayName", u.role, u.status,
      coalesce(u.phone_verified_at > ${verifiedSince}, false) as "phoneVerified",
      c.code as "inviteCode", c.expires_at as "inviteCodeExpiresAt",
      r.invite_code as "activatedInviteCode", r.referrer_id as "referrerId",
      u.referral_count as "referralCount", u.created_at as "createdAt"
    from users u
    left join invite_codes c on c.user_id = u.id and c.retired_at is null
    left join referrals r on r.referee_id = u.id
    where ${whichInOrder}`);
}

/**
 * One user whole.
 * @throws DomainError NOT_FOUND
 */
export async function readUser(deps: Deps, userId: string): Promise<Profile & { status: Status }> {
  const [profile, [row]] = await Promise.all([
    readProfile(deps, userId),
    deps.database.query<{ status: Status }>(sql`select status from users where id = ${userId}`),
  ]);
  if (!row) throw new DomainError('NOT_FOUND');
  return { ...profile, status: row.status };
}
