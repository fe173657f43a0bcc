import sql from 'sql-template-tag';
import { recordAudit } from '../../audit/audit.ts';
import { auditFailedProof } from '../../audit/failed-proof.ts';
import { DomainError } from '../../core/errors.ts';
import type { Locale } from '../../core/messages.ts';
import type { Deps } from '../../deps.ts';
import { insertFormerIdentity } from '../../identity/former-identities.ts';
import { notifyOwner } from '../../identity/notify-owner.ts';
import { rethrowAsTaken } from '../../identity/taken.ts';
import { requireFreshProof } from '../../sessions/fresh-proof.ts';
import { revokeOtherSessions } from '../../sessions/own-sessions.ts';
import type { Caller, Client } from '../../sessions/sessions.ts';
import { screenEmail } from '../enrichment.ts';
import { attemptPassword } from './attempt.ts';
import { hashPassword } from './hash.ts';
import { limitPasswordChanges } from './limit-changes.ts';
import { rejectCommonPassword } from './requirements.ts';

interface NewPassword {
  caller: Caller;
  /** Normalised. Without it the account keeps its email. */
  email?: string | undefined;
  password: string;
  /** The right one counts as proof of who the caller is. */
  currentPassword?: string | undefined;
  client: Client;
  locale: Locale;
}

/**
 * Sets the password of an account, and its email if one is given. It requires the current password
 * or a fresh proof, so a user who forgot the password can prove who they are by phone. It revokes
 * every session except the caller's, and tells the owner by SMS.
 * @throws DomainError REAUTHENTICATION_REQUIRED, CREDENTIALS_WRONG, EMAIL_TAKEN,
 *   EMAIL_UNDELIVERABLE, EMAIL_DISPOSABLE, INPUT_INVALID for a common password, RATE_LIMITED,
 *   UNAVAILABLE
 */
export async function setPassword(
  deps: Deps,
  { caller, email, password, currentPassword, client, locale }: NewPassword,
): Promise<void> {
  const { userId } = caller;
  const user = await deps.database.prisma.user.findUnique({
    where: { id: userId },
    select: { phone: true, email: true, displayName: true, passwordHash: true },
  });
  if (!user) throw new DomainError('TOKEN_INVALID');
  await rejectCommonPassword(password, { ...user, email: email ?? user.email });
  const byPassword = currentPassword !== undefined && user.passwordHash !== null;
  if (byPassword) {
    // Before the comparison, which costs as much as hashing also if the password is right.
    await limitPasswordChanges(deps, { userId, client });
    // Counted separately from sign-ins: a stolen session gets few guesses and cannot lock the owner
    // out of signing in.
    const attempt = {
      account: userId,
      password: currentPassword,
      hash: user.passwordHash,
      isKnownAddress: false,
      line: 'signedIn',
      client,
    } as const;
    const who = sql`select ${userId}::uuid, ${userId}::uuid`;
    const audited = {
      action: 'auth.password_set_failed',
      method: 'password',
      client,
      who,
    } as const;
    await auditFailedProof(deps, audited, () => attemptPassword(deps, attempt));
  } else {
    // Checked again with the change. Without a proof, neither the screening nor the hashing runs.
    await requireFreshProof(deps, deps.database, caller);
    await limitPasswordChanges(deps, { userId, client });
  }
  const isNewEmail = email !== undefined && email !== user.email;
  const verdict = isNewEmail ? await screenEmail(deps, email) : undefined;
  const passwordHash = await hashPassword(password);
  const now = new Date(deps.clock());
  const event = { at: now, action: 'auth.password_set', ip: client.ip } as const;
  const former = { phone: null, email: isNewEmail ? user.email : null };
  await deps.database
    .transaction(async (tx) => {
      if (!byPassword) await requireFreshProof(deps, tx, caller);
      const changed = await tx.query(sql`
        with changed as (
          update users set password_hash = ${passwordHash}, email = coalesce(${email}, email),
            email_verdict =
              case when ${isNewEmail} then ${verdict}::email_verdict else email_verdict end,
            email_verified_at = case when ${isNewEmail} then null else email_verified_at end
          where id = ${userId} and status = 'active'
            and password_hash is not distinct from ${user.passwordHash}
            and email is not distinct from ${user.email}
          returning id
        ), former as (${insertFormerIdentity(deps, former, sql`select id from changed`)}
        ), audit as (${recordAudit(event, sql`select id, id from changed`)}
        )
        select id from changed`);
      // Another request changed the password or email in the meantime.
      if (changed.length === 0) throw new DomainError('CREDENTIALS_WRONG');
      await revokeOtherSessions(deps, tx, caller);
    })
    .catch(rethrowAsTaken);
  const change = isNewEmail ? 'emailAndPassword' : 'password';
  await notifyOwner(deps, { userId, phone: user.phone, change, locale });
}
