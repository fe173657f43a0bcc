import sql from 'sql-template-tag';
import { recordAudit } from '../../audit/audit.ts';
import { auditFailedProof } from '../../audit/failed-proof.ts';
import { DomainError } from '../../core/errors.ts';
import type { Deps } from '../../deps.ts';
import { insertFormerIdentity } from '../../identity/former-identities.ts';
import { rethrowAsTaken } from '../../identity/taken.ts';
import { type Caller, type Client, revokeSessions } from '../../sessions/sessions.ts';
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
  /** Required of an account that has a password. */
  currentPassword?: string | undefined;
  client: Client;
}

/**
 * Sets the password of an account, and its email if one is given. Changing a password requires the
 * current one and revokes every session except the caller's, so anyone who knew the old password is
 * signed out.
 * @throws DomainError CREDENTIALS_WRONG, EMAIL_TAKEN, EMAIL_UNDELIVERABLE, EMAIL_DISPOSABLE,
 *   INPUT_INVALID for a common password, RATE_LIMITED, UNAVAILABLE
 */
export async function setPassword(
  deps: Deps,
  { caller, email, password, currentPassword, client }: NewPassword,
): Promise<void> {
  const { userId, sessionId } = caller;
  const user = await deps.database.prisma.user.findUnique({
    where: { id: userId },
    select: { email: true, displayName: true, passwordHash: true },
  });
  if (!user) throw new DomainError('TOKEN_INVALID');
  await rejectCommonPassword(password, { ...user, email: email ?? user.email });
  await limitPasswordChanges(deps, { userId, client });
  if (user.passwordHash !== null) {
    if (currentPassword === undefined) throw new DomainError('CREDENTIALS_WRONG');
    // Counted separately from sign-ins: a stolen session gets few guesses and cannot lock the owner
    // out of signing in.
    const who = sql`select ${userId}::uuid, ${userId}::uuid`;
    const failure = {
      action: 'auth.password_set_failed',
      method: 'password',
      client,
      who,
    } as const;
    await auditFailedProof(deps, failure, () =>
      attemptPassword(deps, {
        account: userId,
        password: currentPassword,
        hash: user.passwordHash,
        isKnownAddress: false,
        client,
      }),
    );
  }
  const isNewEmail = email !== undefined && email !== user.email;
  const verdict = isNewEmail ? await screenEmail(deps, email) : undefined;
  const passwordHash = await hashPassword(password);
  const now = new Date(deps.clock());
  const event = { at: now, action: 'auth.password_set', ip: client.ip } as const;
  const hadPassword = user.passwordHash !== null;
  const former = { phone: null, email: isNewEmail ? user.email : null };
  const otherSessions = sql`
        user_id = (select id from changed) and id <> ${sessionId} and ${hadPassword}`;
  const changed = await deps.database
    .query(sql`
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
      ), revoked as (${revokeSessions(otherSessions, now)}
      ), audit as (${recordAudit(event, sql`select id, id from changed`)}
      )
      select id from changed`)
    .catch(rethrowAsTaken);
  // Another request changed the password or email in the meantime.
  if (changed.length === 0) throw new DomainError('CREDENTIALS_WRONG');
}
