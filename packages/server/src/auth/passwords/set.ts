import sql from 'sql-template-tag';
import { recordAudit } from '../../audit/audit.ts';
import { DomainError } from '../../core/errors.ts';
import type { Deps } from '../../deps.ts';
import { rethrowAsTaken } from '../../identity/taken.ts';
import { type Caller, type Client, revokeSessions } from '../../sessions/sessions.ts';
import { screenEmail } from '../enrichment.ts';
import { attemptPassword } from './attempt.ts';
import { hashPassword } from './hash.ts';
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
  if (user.passwordHash !== null) {
    if (currentPassword === undefined) throw new DomainError('CREDENTIALS_WRONG');
    // Counted separately from sign-ins: a stolen session gets few guesses and cannot lock the owner
    // out of signing in.
    await attemptPassword(deps, {
      account: userId,
      password: currentPassword,
      hash: user.passwordHash,
      isKnownAddress: false,
      client,
    });
  }
  const isNewEmail = email !== undefined && email !== user.email;
  const verdict = isNewEmail ? await screenEmail(deps, email) : undefined;
  const passwordHash = await hashPassword(password);
  const now = new Date(deps.clock());
  const event = { at: now, action: 'auth.password_set', ip: client.ip } as const;
  const hadPassword = user.passwordHash !== null;
  const otherSessions = sql`
        user_id = (select id from changed) and id <> ${sessionId} and ${hadPassword}`;
  const changed = await deps.database
    .query(sql`
      with changed as (
        update users set password_hash = ${passwordHash}, email = coalesce(${email}, email),
          email_verdict =
            case when ${isNewEmail} then ${verdict}::email_verdict else email_verdict end
        where id = ${userId} and status = 'active'
          and password_hash is not distinct from ${user.passwordHash}
        returning id
      ), revoked as (${revokeSessions(otherSessions, now)}
      ), audit as (${recordAudit(event, sql`select id, id from changed`)}
      )
      select id from changed`)
    .catch(rethrowAsTaken);
  // Another request changed the password in the meantime.
  if (changed.length === 0) throw new DomainError('CREDENTIALS_WRONG');
}
