import sql from 'sql-template-tag';
import { auditFailedSignIn } from '../audit/sign-in-events.ts';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { UserStatus } from '../identity/user-status.ts';
import type { Client } from '../sessions/sessions.ts';
import type { IssuedSession, Transport } from './new-session.ts';
import { openSession } from './open-session.ts';
import { attemptPassword } from './passwords/attempt.ts';

export interface PasswordSignIn {
  /** Identifies the account: a normalised email, or a phone in E.164. */
  account: { email: string } | { phone: string };
  password: string;
  transport: Transport;
  client: Client;
}

/**
 * Signs in with a password. An unknown account fails like a wrong password, after the same time.
 * @throws DomainError CREDENTIALS_WRONG, RATE_LIMITED, USER_BLOCKED, UNAVAILABLE
 */
export async function logIn(
  deps: Deps,
  { account, password, transport, client }: PasswordSignIn,
): Promise<IssuedSession> {
  const byName = 'email' in account ? sql`email = ${account.email}` : sql`phone = ${account.phone}`;
  const [found] = await deps.database.query<{
    id: string;
    passwordHash: string | null;
    status: UserStatus;
    isKnownAddress: boolean;
  }>(sql`
    select id, password_hash as "passwordHash", status,
      exists (select from sessions where user_id = u.id and ip = ${client.ip}) as "isKnownAddress"
    from users u where ${byName}`);
  const target = sql`${found?.id ?? null}::uuid`;
  await auditFailedSignIn(deps, { method: 'password', client, target }, () =>
    attemptPassword(deps, {
      account: 'email' in account ? account.email : account.phone,
      userId: found?.id,
      password,
      hash: found?.passwordHash,
      isKnownAddress: found?.isKnownAddress ?? false,
      client,
    }),
  );
  // Only a caller who knows the password learns that the account is blocked.
  if (found?.status === 'blocked') throw new DomainError('USER_BLOCKED');
  const session = await openSession(
    deps,
    deps.database,
    sql`
      select * from users
      where id = ${found?.id} and password_hash = ${found?.passwordHash} and status = 'active'
      for no key update`,
    { isNewUser: false, transport, client },
  );
  // The password was changed, or the user blocked or deleted, during the comparison.
  if (!session) throw new DomainError('CREDENTIALS_WRONG');
  return session;
}
