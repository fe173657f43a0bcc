import sql from 'sql-template-tag';
import type { Deps } from '../deps.ts';
import { isInviteCode, normalizeInviteCode } from './invite-codes.ts';

export interface CheckedInviteCode {
  code: string;
  valid: boolean;
  expiresAt: Date | null;
  referrerName: string | null;
}

/** What anyone may know of a code. One that is unknown, deleted, expired or a blocked user's is simply not valid. */
export async function checkCode(
  { clock, inviteCodeCache }: Pick<Deps, 'clock' | 'inviteCodeCache'>,
  text: string,
): Promise<CheckedInviteCode> {
  const code = normalizeInviteCode(text);
  const known = isInviteCode(code) ? await inviteCodeCache.find(code) : null;
  const expiresAt = known?.expiresAt ?? null;
  const valid = known !== null && (!expiresAt || +expiresAt > clock());
  return { code, valid, expiresAt, referrerName: valid ? known.referrerName : null };
}

/** After a change of what a code says of its owner: their name, whether they are blocked. */
export async function forgetInviteCodesOf(
  { inviteCodeCache, database }: Pick<Deps, 'inviteCodeCache' | 'database'>,
  userId: string,
): Promise<void> {
  const codes = await database.query<{ code: string }>(
    sql`select code from invite_codes where user_id = ${userId}`,
  );
  await inviteCodeCache.forget(...codes.map(({ code }) => code));
}
