import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import type { Locale } from '../core/messages.ts';
import { Retry } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { rememberDeletedIdentity } from '../identity/deleted-identities.ts';
import { moveFormerIdentities } from '../identity/former-identities.ts';
import { requireAnotherAdmin } from '../identity/last-admin.ts';
import { notifyOwner } from '../identity/notify-owner.ts';
import type { UserRole } from '../identity/user-status.ts';
import { forgetInviteCodesOf } from '../referral/check-invite-code.ts';
import { requireFreshProof } from '../sessions/fresh-proof.ts';
import type { Caller } from '../sessions/sessions.ts';

interface User {
  phone: string | null;
  email: string | null;
  role: UserRole;
}

/**
 * Deletes a user's personal data. These remain: an anonymous node in the referral tree; the invite
 * codes, so that they are never issued again; the audit log and the findings, which hold ids and
 * addresses; for two days, where the user activated a code from, without their id; and, for 30 days,
 * keyed hashes of every phone and email that they had, so that limits and abuse rules outlive the
 * account.
 *
 * Rows are locked in the same order as at sign-in and refresh: codes, user, tokens, sessions.
 * @throws DomainError REAUTHENTICATION_REQUIRED; LAST_ADMIN; TOKEN_INVALID if the user is already
 *   deleted
 */
export async function deleteProfile(
  deps: Deps,
  { caller, ip, locale }: { caller: Caller; ip: string; locale: Locale },
): Promise<void> {
  const { userId } = caller;
  const now = new Date(deps.clock());
  const { phone } = await deps.database.transaction(async (tx) => {
    const [user] = await tx.query<User>(sql`
      select phone, email, role from users where id = ${userId} and status = 'active'`);
    if (!user) throw new DomainError('TOKEN_INVALID');
    await tx.query(sql`delete from phone_codes where phone = ${user.phone}`);
    // Locks the user's row.
    await requireFreshProof(deps, tx, caller);
    if (user.role === 'admin') await requireAnotherAdmin(tx, userId);
    const deleted = await tx.query(sql`
      update users set status = 'deleted', deleted_at = ${now}, role = 'user',
        phone = null, phone_verified_at = null, email = null, email_verdict = null,
        email_verified_at = null, password_hash = null, display_name = null, person = null
      where id = ${userId} and status = 'active' and phone is not distinct from ${user.phone}
        and email is not distinct from ${user.email} and role = ${user.role}::role
      returning id`);
    if (deleted.length === 0) throw new Retry();
    await tx.query(sql`
      delete from refresh_tokens
      where session_id in (select id from sessions where user_id = ${userId})`);
    await tx.query(sql`delete from sessions where user_id = ${userId}`);
    await tx.query(sql`
      update invite_codes set retired_at = ${now}
      where user_id = ${userId} and retired_at is null`);
    // The origin still counts for the referrer. Otherwise accounts could be deleted to make room for
    // more activations from the same address.
    await tx.query(sql`
      update activation_origins set referee_id = gen_random_uuid() where referee_id = ${userId}`);
    await rememberDeletedIdentity(deps, tx, user);
    await moveFormerIdentities(deps, tx, userId);
    await tx.query(
      recordAudit(
        { at: now, action: 'profile.deleted', ip },
        sql`select ${userId}::uuid, ${userId}::uuid`,
      ),
    );
    return user;
  });
  await forgetInviteCodesOf(deps, userId);
  await notifyOwner(deps, { userId, phone, change: 'deleted', locale });
}
