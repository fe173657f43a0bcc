import sql from 'sql-template-tag';
import { auditFailedSignIn } from '../audit/sign-in-events.ts';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { Client } from '../sessions/sessions.ts';
import { type OpenedSession, openSession, type Transport } from './open-session.ts';
import { tryPassword } from './passwords/attempt.ts';

export interface PasswordSignIn {
  /** What names the account: an email, normalised, or a phone in E.164. */
  account: { email: string } | { phone: string };
  password: string;
  transport: Transport;
  client: Client;
}

/**
 * Signs in with a password. Unknown accounts are refused as wrong passwords are, after the same time.
 * @throws DomainError CREDENTIALS_WRONG, RATE_LIMITED, USER_BLOCKED, UNAVAILABLE
 */
export async function logIn(
  deps: Deps,
  { account, password, transport, client }: PasswordSignIn,
): Promise<OpenedSession> {
  const named = 'email' in account ? sql`email = ${account.email}` : sql`phone = ${account.phone}`;
  const [found] = await deps.database.query<{
    id: string;
    passwordHash: string | null;
    status: string;
    known: boolean;
  }>(sql`
    select id, password_hash as "passwordHash", status,
      exists (select from sessions where user_id = u.id and ip = ${client.ip}) as known
    from users u where ${named}`);
  const target = sql`${found?.id ?? null}::uuid`;
  await auditFailedSignIn(deps, { method: 'password', client, target }, () =>
    tryPassword(deps, {
      account: 'email' in account ? account.email : account.phone,
      password,
      hash: found?.passwordHash,
      known: found?.known ?? false,
      client,
    }),
  );
  // Only who knows the password learns that the account is blocked.
  if (found?.status === 'blocked') throw new DomainError('USER_BLOCKED');
  const opened = await openSession(
    deps,
    deps.database,
    sql`
      select * from users
      where id = ${found?.id} and password_hash = ${found?.passwordHash} and status = 'active'
      for no key update`,
    { method: 'password', isNewUser: sql`false`, transport, client },
  );
  // Changed, blocked or deleted while the password was compared.
  if (!opened) throw new DomainError('CREDENTIALS_WRONG');
  return opened;
}
