import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { type Page, pageBy } from '../core/paging.ts';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AssignableStatus, UserRole } from '../identity/user-status.ts';
import type { Actor } from './status-and-role.ts';

export interface ExportedUser {
  id: string;
  phone: string | null;
  email: string | null;
  displayName: string | null;
  role: UserRole;
  status: AssignableStatus;
  inviteCode: string | null;
  referralCount: number;
  createdAt: Date;
}

export interface ExportedReferral {
  refereeId: string;
  refereePhone: string | null;
  referrerId: string;
  referrerPhone: string | null;
  inviteCode: string;
  activatedAt: Date;
}

interface PageRequest {
  /** The id of the previous page's last item */
  cursor?: string | undefined;
  limit: number;
}

/**
 * Returns a page of all users except deleted ones, oldest first, so that users who join during an
 * export come last.
 */
export async function exportUsers(
  deps: Deps,
  actor: Actor,
  { cursor, limit }: PageRequest,
): Promise<Page<ExportedUser>> {
  await auditExport(deps, actor, { kind: 'users', cursor });
  const rows = await deps.database.query<ExportedUser>(sql`
    select u.id, u.phone, u.email, u.display_name as "displayName", u.role, u.status,
      c.code as "inviteCode", u.referral_count as "referralCount", u.created_at as "createdAt"
    from (
      select * from users
      where ${cursor ? sql`id > ${cursor}::uuid` : sql`true`} and status <> 'deleted'
      order by id limit ${limit + 1}
    ) u, lateral (
      select min(code) as code from invite_codes where user_id = u.id and retired_at is null
    ) c
    order by u.id`);
  return pageBy(rows, limit, ({ id }) => id);
}

/** Returns a page of all referrals, by referee id. Phones of deleted users are null. */
export async function exportReferrals(
  deps: Deps,
  actor: Actor,
  { cursor, limit }: PageRequest,
): Promise<Page<ExportedReferral>> {
  await auditExport(deps, actor, { kind: 'referrals', cursor });
  const rows = await deps.database.query<ExportedReferral>(sql`
    select r.referee_id as "refereeId", e.phone as "refereePhone", r.referrer_id as "referrerId",
      o.phone as "referrerPhone", r.invite_code as "inviteCode", r.activated_at as "activatedAt"
    from (
      select * from referrals where ${cursor ? sql`referee_id > ${cursor}::uuid` : sql`true`}
      order by referee_id limit ${limit + 1}
    ) r, lateral (select phone from users where id = r.referee_id) e,
      lateral (select phone from users where id = r.referrer_id) o
    order by r.referee_id`);
  return pageBy(rows, limit, ({ refereeId }) => refereeId);
}

/**
 * Audits a page of an export. A first page is always audited; a later one unless the actor exported
 * another page from the same address within the last minute. So an export that starts with somebody
 * else's cursor is audited too, and a long one does not fill the log.
 */
async function auditExport(
  { clock, database }: Deps,
  actor: Actor,
  { kind, cursor }: { kind: string; cursor: string | undefined },
): Promise<void> {
  const now = new Date(clock());
  const event = {
    at: now,
    action: 'data.exported',
    ip: actor.ip,
    details: { kind, ...(cursor !== undefined && { after: cursor }) },
  } as const;
  const isRecorded = sql`exists (
    select from (
      select at from audit_entries
      where actor_id = ${actor.userId} and action = 'data.exported' and ip = ${actor.ip}
        and details ->> 'kind' = ${kind}
      order by id desc limit 1
    ) newest where at > ${new Date(+now - MINUTE)})`;
  await database.query(
    recordAudit(
      event,
      sql`
        select ${actor.userId}::uuid, null::uuid
        where ${cursor === undefined} or not ${isRecorded}`,
    ),
  );
}
