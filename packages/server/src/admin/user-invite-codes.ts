import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { isInviteCode, normalizeInviteCode } from '../referral/invite-codes.ts';
import type { Actor } from './status-and-role.ts';

export interface IssuedInviteCode {
  code: string;
  createdAt: Date;
  /** null if the code never expires */
  expiresAt: Date | null;
  /** When it was replaced, deleted by its owner or revoked by an admin */
  retiredAt: Date | null;
  active: boolean;
}

/** Returns a user's newest 100 invite codes, the current one first. */
export function listUserInviteCodes(
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
 * Retires an invite code permanently. Referrals that it created stay.
 * @throws DomainError INVITE_CODE_NOT_FOUND
 */
export async function revokeInviteCode(
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
