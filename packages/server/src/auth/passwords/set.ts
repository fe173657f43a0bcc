import sql from 'sql-template-tag';
import { recordAudit } from '../../audit/audit.ts';
import { DomainError } from '../../core/errors.ts';
import type { Deps } from '../../deps.ts';
import { throwTaken } from '../../identity/taken.ts';
import type { Caller, Client } from '../../sessions/sessions.ts';
import { judgeEmail } from '../enrichment.ts';
import { tryPassword } from './attempt.ts';
import { hashPassword } from './hash.ts';
import { refuseCommonPassword } from './requirements.ts';

interface NewPassword {
  caller: Caller;
  /** Normalised; without one the account keeps what it has. */
  email?: string | undefined;
  password: string;
  /** Asked of an account that has a password. */
  currentPassword?: string | undefined;
  client: Client;
}

/**
 * Gives an account a password, and an email if one is given. Changing a password takes the one there
 * was, and ends every session but the caller's: whoever knew the old one is out.
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
  await refuseCommonPassword(password, { ...user, email: email ?? user.email });
  if (user.passwordHash !== null) {
    if (currentPassword === undefined) throw new DomainError('CREDENTIALS_WRONG');
    // Counted apart from sign-ins: a stolen session gets few guesses and shuts nobody out.
    await tryPassword(deps, {
      account: userId,
      password: currentPassword,
      hash: user.passwordHash,
      known: false,
      client,
    });
  }
  const isNewEmail = email !== undefined && email !== user.email;
  const verdict = isNewEmail ? await judgeEmail(deps, email) : undefined;
  const passwordHash = await hashPassword(password);
  const now = new Date(deps.clock());
  const audit = recordAudit(
    { at: now, action: 'auth.password_set', ip: client.ip },
    sql`select id, id from changed`,
  );
  const changed = await deps.database
    .query(sql`
      with changed as (
        update users set password_hash = ${passwordHash}, email = coalesce(${email}, email),
          email_verdict = case when ${isNewEmail} then ${verdict}::email_verdict else email_verdict end
        where id = ${userId} and status = 'active'
          and password_hash is not distinct from ${user.passwordHash}
        returning id
      ), ended as (
        update sessions s set revoked_at = ${now} from changed
        where s.user_id = changed.id and s.id <> ${sessionId} and s.revoked_at is null
          and ${user.passwordHash !== null}
      ), audit as (${audit})
      select id from changed`)
    .catch(throwTaken);
  // Another request changed it between.
  if (changed.length === 0) throw new DomainError('CREDENTIALS_WRONG');
}
