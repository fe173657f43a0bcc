import sql from 'sql-template-tag';
import type { Deps } from '../deps.ts';
import { isInviteCode, normalizeInviteCode } from './invite-codes.ts';

export interface CheckedInviteCode {
  code: string;
  valid: boolean;
  expiresAt: Date | null;
  referrerName: string | null;
}

/**
 * Returns what anyone may know about an invite code. A code is invalid if it is unknown, deleted,
 * expired or owned by a blocked user, and callers cannot tell these cases apart.
 */
export async function checkInviteCode(
  { clock, inviteCodeCache }: Pick<Deps, 'clock' | 'inviteCodeCache'>,
  text: string,
): Promise<CheckedInviteCode> {
  const code = normalizeInviteCode(text);
  const known = isInviteCode(code) ? await inviteCodeCache.find(code) : null;
  const expiresAt = known?.expiresAt ?? null;
  const valid = known !== null && (!expiresAt || +expiresAt > clock());
  return { code, valid, expiresAt, referrerName: valid ? known.referrerName : null };
}

/** Evicts a user's invite codes from the cache, after a change of the user's name or status. */
export async function forgetInviteCodesOf(
  { inviteCodeCache, database }: Pick<Deps, 'inviteCodeCache' | 'database'>,
  userId: string,
): Promise<void> {
  const codes = await database.query<{ code: string }>(
    sql`select code from invite_codes where user_id = ${userId}`,
  );
  await inviteCodeCache.forget(...codes.map(({ code }) => code));
}
