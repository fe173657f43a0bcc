import sql, { empty } from 'sql-template-tag';
import { recordingFailure, recordPromotion } from '../admin/sign-in-events.ts';
import { DomainError } from '../errors.ts';
import type { Deps, Sql } from '../ports.ts';
import { activate } from '../referral/activate.ts';
import { countVerified } from '../sms/pumping.ts';
import { createAccount } from './create-account.ts';
import { forgiveTry, type RightTry, spendCode, tryCode } from './one-time-codes.ts';
import { type OpenedSession, openSession, type Transport } from './open-session.ts';
import type { Client } from './sessions.ts';

export interface PhoneSignIn {
  /** E.164 */
  phone: string;
  code: string;
  /** Activated for a new account, in the same transaction; an existing account ignores it. */
  inviteCode?: string | undefined;
  transport: Transport;
  client: Client;
}

/**
 * Signs in with a one-time code. The code is spent, the account made if there is none, the invite
 * code activated and the session opened all together or not at all.
 * @throws DomainError CODE_WRONG, CODE_EXPIRED, CODE_ATTEMPTS_EXCEEDED, USER_BLOCKED and what activating throws
 */
export async function signInByPhone(deps: Deps, input: PhoneSignIn): Promise<OpenedSession> {
  const opened = await openByCode(deps, input);
  await countVerified(deps, { phone: input.phone, ip: input.client.ip });
  return opened;
}

async function openByCode(deps: Deps, input: PhoneSignIn): Promise<OpenedSession> {
  const { phone, code, client } = input;
  const target = sql`(select id from users where phone = ${phone})`;
  const tried = await recordingFailure(deps, { method: 'phone', client, target }, () =>
    tryCode(deps, phone, code),
  );
  const open = (tx: Sql, isNewUser: boolean) =>
    openSession(deps, tx, signInWithCode(deps, tried, input.client), {
      ...input,
      method: 'phone',
      isNewUser,
    });
  try {
    // Most sign-ins are of known users: one statement, which changes nothing if this is not one.
    const known = tried.known && (await open(deps.database, false));
    if (known) return known;
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
      return opened;
    });
  } catch (error) {
    await forgiveTry(deps.database, tried).catch(() => undefined);
    throw error;
  }
}

/** Spends the code for the account with its phone; neither happens without the other. */
function signInWithCode({ config, clock }: Deps, right: RightTry, { ip }: Client) {
  const { phone } = right;
  const now = new Date(clock());
  const listed = config.ADMIN_PHONES.includes(phone);
  const promotion = listed ? sql`, promotion as (${recordPromotion({ at: now, ip })})` : empty;
  return sql`
    code as (
      ${spendCode(right)}
        and exists (select from users where phone = ${phone} and status = 'active')
      returning phone
    ), account as (
      update users u set phone_verified_at = ${now},
        role = case when ${listed} then 'admin' else role end
      from code where u.phone = code.phone and u.status = 'active'
      returning u.*
    )${promotion}`;
}
