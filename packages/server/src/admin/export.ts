import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { type Page, pageBy } from '../core/paging.ts';
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
  if (!cursor) await auditExport(deps, actor, 'users');
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
  if (!cursor) await auditExport(deps, actor, 'referrals');
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

/** An export is audited once, with its first page. */
async function auditExport({ clock, database }: Deps, actor: Actor, kind: string): Promise<void> {
  await database.query(
    recordAudit(
      { at: new Date(clock()), action: 'data.exported', ip: actor.ip, details: { kind } },
      sql`values (${actor.userId}::uuid, null::uuid)`,
    ),
  );
}
