import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import type { Page } from '../core/paging.ts';
import type { Deps } from '../deps.ts';
import { isInviteCode, normalizeInviteCode } from '../referral/invite-codes.ts';
import type { Actor } from './status-and-role.ts';

/**
 * Ends a user's sessions, or one of them, and says how many ended.
 * @throws DomainError NOT_FOUND, if the one is none of theirs
 */
export async function revokeUserSessions(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  actor: Actor,
  { userId, sessionId }: { userId: string; sessionId?: string | undefined },
): Promise<number> {
  const now = new Date(clock());
  const audit = recordAudit(
    {
      at: now,
      action: 'user.sessions_revoked',
      ip: actor.ip,
      details: { sessions: sessionId ?? 'all' },
    },
    sql`select ${actor.userId}::uuid, ${userId}::uuid where exists (select from revoked)`,
  );
  const revoked = await database.query(sql`
    with revoked as (
      update sessions set revoked_at = ${now}
      where user_id = ${userId} and ${sessionId ? sql`id = ${sessionId}` : sql`true`}
        and revoked_at is null and expires_at > ${now}
      returning id
    ), audit as (${audit})
    select id from revoked`);
  if (sessionId && revoked.length === 0) throw new DomainError('NOT_FOUND');
  return revoked.length;
}

export interface IssuedInviteCode {
  code: string;
  createdAt: Date;
  expiresAt: Date | null;
  /** When its owner or an admin took it back. */
  retiredAt: Date | null;
  active: boolean;
}

/** The newest 100 invite codes that a user ever had. */
export function listUserCodes(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  userId: string,
): Promise<IssuedInviteCode[]> {
  return database.query<IssuedInviteCode>(sql`
    select code, created_at as "createdAt", expires_at as "expiresAt", retired_at as "retiredAt",
      retired_at is null and (expires_at is null or expires_at > ${new Date(clock())}) as active
    from invite_codes where user_id = ${userId}
    order by retired_at is null desc, created_at desc, code limit 100`);
}

/**
 * Takes an invite code back for good. Who activated it stays where they are.
 * @throws DomainError INVITE_CODE_NOT_FOUND
 */
export async function revokeCode(
  { clock, inviteCodeCache, database }: Pick<Deps, 'clock' | 'inviteCodeCache' | 'database'>,
  actor: Actor,
  text: string,
): Promise<{ code: string; userId: string }> {
  const code = normalizeInviteCode(text);
  if (!isInviteCode(code)) throw new DomainError('INVITE_CODE_NOT_FOUND');
  const now = new Date(clock());
  const [revoked] = await database.query<{ code: string; userId: string }>(sql`
    with revoked as (
      update invite_codes set retired_at = ${now}
      where code = ${code} and retired_at is null returning code, user_id
    ), audit as (${recordAudit(
      { at: now, action: 'invite_code.revoked', ip: actor.ip, details: { code } },
      sql`select ${actor.userId}::uuid, user_id from revoked`,
    )})
    select code, user_id as "userId" from revoked`);
  if (!revoked) throw new DomainError('INVITE_CODE_NOT_FOUND');
  await inviteCodeCache.forget(code);
  return revoked;
}

export interface Ancestor {
  id: string;
  phone: string | null;
  displayName: string | null;
  /** What the user below them activated, and when. */
  inviteCode: string;
  activatedAt: Date;
}

/**
 * Who brought a user, who brought that one, and so on up. A page's cursor is the id of its last one,
 * from whom the line goes on.
 */
export async function readLine(
  { database }: Pick<Deps, 'database'>,
  userId: string,
  limit: number,
): Promise<Page<Ancestor>> {
  const line = await database.query<Ancestor>(sql`
    with recursive line as (
      select r.*, 1 as step from referrals r where r.referee_id = ${userId}
      union all
      select r.*, line.step + 1 from line join referrals r on r.referee_id = line.referrer_id
      where line.step <= ${limit}
    )
    select u.id, u.phone, u.display_name as "displayName", line.invite_code as "inviteCode",
      line.activated_at as "activatedAt"
    from line join users u on u.id = line.referrer_id order by line.step`);
  const items = line.slice(0, limit);
  return { items, nextCursor: line.length > limit ? (items.at(-1)?.id ?? null) : null };
}
