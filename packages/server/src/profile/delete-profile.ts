import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import { Retry } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { rememberDeletedIdentity } from '../identity/deleted-identities.ts';
import { forgetInviteCodesOf } from '../referral/check-invite-code.ts';

/**
 * Deletes a user's personal data. These remain: an anonymous node in the referral tree; the invite
 * codes, so that they are never issued again; the audit log and the findings, which hold ids and
 * addresses; and, for 30 days, keyed hashes of the phone and email, so that limits and abuse rules
 * outlive the account.
 *
 * Rows are locked in the same order as at sign-in and refresh: codes, user, tokens, sessions.
 * @throws DomainError TOKEN_INVALID if the user is already deleted
 */
export async function deleteProfile(
  deps: Pick<Deps, 'clock' | 'inviteCodeCache' | 'database' | 'secrets'>,
  userId: string,
  ip: string,
): Promise<void> {
  const now = new Date(deps.clock());
  await deps.database.transaction(async (tx) => {
    const [user] = await tx.query<{ phone: string | null; email: string | null }>(
      sql`select phone, email from users where id = ${userId} and status = 'active'`,
    );
    if (!user) throw new DomainError('TOKEN_INVALID');
    await tx.query(sql`delete from phone_codes where phone = ${user.phone}`);
    const deleted = await tx.query(sql`
      update users set status = 'deleted', deleted_at = ${now}, role = 'user',
        phone = null, phone_verified_at = null, email = null, email_verdict = null,
        password_hash = null, display_name = null, person = null
      where id = ${userId} and status = 'active' and phone is not distinct from ${user.phone}
        and email is not distinct from ${user.email}
      returning id`);
    if (deleted.length === 0) throw new Retry();
    await tx.query(sql`
      delete from refresh_tokens
      where session_id in (select id from sessions where user_id = ${userId})`);
    await tx.query(sql`delete from sessions where user_id = ${userId}`);
    await tx.query(sql`
      update invite_codes set retired_at = ${now}
      where user_id = ${userId} and retired_at is null`);
    await tx.query(sql`delete from activation_origins where referee_id = ${userId}`);
    await rememberDeletedIdentity(deps, tx, user);
    await tx.query(
      recordAudit(
        { at: now, action: 'profile.deleted', ip },
        sql`select ${userId}::uuid, ${userId}::uuid`,
      ),
    );
  });
  await forgetInviteCodesOf(deps, userId);
}
