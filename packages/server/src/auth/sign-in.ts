import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { recordAudit } from '../admin/audit.ts';
import { DomainError } from '../errors.ts';
import type { Deps, Sql } from '../ports.ts';
import { activate } from '../referral/activate.ts';
import { issueInviteCode } from '../referral/invite-codes.ts';
import { forgiveTry, type RightTry, tryCode, withoutOne } from './one-time-codes.ts';
import { hashToken, newRefreshToken } from './refresh-tokens.ts';
import type { Client } from './sessions.ts';

export interface PhoneSignIn {
  /** E.164 */
  phone: string;
  code: string;
  /** Activated for a new account, in the same transaction; an existing account ignores it. */
  inviteCode?: string | undefined;
  transport: 'bearer' | 'cookie';
  client: Client;
}

export interface OpenedSession {
  sessionId: string;
  userId: string;
  isNewUser: boolean;
  refreshToken: string;
}

/**
 * Signs in with a one-time code. The code is spent, the account made if there is none, the invite
 * code activated and the session opened all together or not at all.
 * @throws DomainError CODE_WRONG, CODE_EXPIRED, CODE_ATTEMPTS_EXCEEDED, USER_BLOCKED and what activating throws
 */
export async function signInByPhone(deps: Deps, input: PhoneSignIn): Promise<OpenedSession> {
  const tried = await tryCode(deps, input.phone, input.code);
  const refreshToken = newRefreshToken();
  const open = (tx: Sql, isNewUser: boolean) =>
    openSession(deps, tx, tried, { ...input, isNewUser, refreshToken });
  try {
    // Most sign-ins are of known users: one statement, which changes nothing if this is not one.
    const known = await open(deps.database, false);
    if (known) return { ...known, isNewUser: false, refreshToken };
    return await deps.database.transaction(async (tx) => {
      // Holding the code's row keeps every other sign-in of this phone waiting.
      const held = await tx.query(sql`
        select from phone_codes
        where phone = ${tried.phone} and challenge_id = ${tried.challengeId} and code_hash is not null
        for update`);
      if (held.length === 0) throw new DomainError('CODE_EXPIRED');
      const userId = await createAccount(deps, tx, { phone: tried.phone });
      if (userId && input.inviteCode !== undefined)
        await activate(deps, tx, { userId, inviteCode: input.inviteCode, ip: input.client.ip });
      const opened = await open(tx, userId !== undefined);
      if (!opened) throw new DomainError('USER_BLOCKED');
      return { ...opened, isNewUser: userId !== undefined, refreshToken };
    });
  } catch (error) {
    await forgiveTry(deps.database, tried).catch(() => undefined);
    throw error;
  }
}

interface Opening extends PhoneSignIn {
  isNewUser: boolean;
  refreshToken: string;
}

/** Spends the code and opens a session for the account with its phone; nothing happens if either is not there. */
async function openSession(
  { config, clock }: Deps,
  tx: Sql,
  { phone, challengeId, triedAt }: RightTry,
  { transport, client, isNewUser, refreshToken }: Opening,
): Promise<{ sessionId: string; userId: string } | undefined> {
  const now = new Date(clock());
  const audit = recordAudit(
    { at: now, action: 'auth.signed_in', ip: client.ip, details: { method: 'phone', isNewUser } },
    sql`select user_id, user_id from opened`,
  );
  const [opened] = await tx.query<{ sessionId: string; userId: string }>(sql`
    with code as (
      update phone_codes set code_hash = null, failed_at = ${withoutOne(triedAt)}
      where phone = ${phone} and challenge_id = ${challengeId} and code_hash is not null
        and exists (select from users where phone = ${phone} and status = 'active')
      returning phone
    ), account as (
      update users u set phone_verified_at = ${now},
        role = case when ${config.ADMIN_PHONES.includes(phone)} then 'admin' else role end
      from code where u.phone = code.phone and u.status = 'active'
      returning u.id
    ), opened as (
      insert into sessions (id, user_id, transport, user_agent, ip, created_at, last_used_at, expires_at)
      select ${uuidv7()}::uuid, id, ${transport}::transport, ${client.userAgent}, ${client.ip}, ${now}::timestamptz, ${now}::timestamptz,
        ${new Date(+now + config.REFRESH_TOKEN_TTL * 1000)}::timestamptz
      from account
      returning id, user_id
    ), token as (
      insert into refresh_tokens (hash, session_id, created_at)
      select ${hashToken(refreshToken)}::bytea, id, ${now}::timestamptz from opened
      where ${transport} = 'bearer'
    ), audit as (${audit})
    select id as "sessionId", user_id as "userId" from opened`);
  return opened;
}

/** Makes an account and its invite code; undefined if the phone has one. */
async function createAccount(
  deps: Deps,
  tx: Sql,
  { phone }: { phone: string },
): Promise<string | undefined> {
  const [user] = await tx.query<{ id: string }>(sql`
    insert into users (id, phone, created_at)
    values (${uuidv7()}, ${phone}, ${new Date(deps.clock())})
    on conflict (phone) do nothing returning id`);
  if (user) await issueInviteCode(deps, tx, user.id);
  return user?.id;
}
