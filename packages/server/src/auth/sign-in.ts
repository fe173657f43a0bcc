import sql, { empty } from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { auditFailedSignIn, recordPromotion } from '../audit/sign-in-events.ts';
import { DomainError } from '../core/errors.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { isTaken } from '../identity/taken.ts';
import { activate } from '../referral/activate.ts';
import { randomInviteCode } from '../referral/invite-codes.ts';
import type { Client } from '../sessions/sessions.ts';
import { countVerified } from './codes/pumping.ts';
import { type Guess, guessCode, refuseWrong } from './codes/verify.ts';
import {
  type OpenedSession,
  type SessionRow,
  sessionOpening,
  type Transport,
} from './open-session.ts';

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
  const { phone, client } = input;
  const target = sql`(select id from users where phone = ${phone})`;
  const attempt = { method: 'phone', client, target } as const;
  const { spent, opened } = await auditFailedSignIn(deps, attempt, async () =>
    refuseWrong(deps, phone, await guessAndOpen(deps, input)),
  );
  if (!spent) throw new DomainError('USER_BLOCKED');
  // Blocked or deleted this very moment.
  if (!opened) throw new DomainError('CODE_EXPIRED');
  countVerified(deps, { phone, ip: client.ip });
  return opened;
}

interface Guessed extends Guess {
  opened: OpenedSession | undefined;
}

async function guessAndOpen(deps: Deps, input: PhoneSignIn): Promise<Guessed | undefined> {
  const { inviteCode, client } = input;
  try {
    if (inviteCode === undefined) return await openByCode(deps, deps.database, input);
    return await deps.database.transaction(async (tx) => {
      const guessed = await openByCode(deps, tx, input);
      const opened = guessed?.opened;
      if (!opened?.isNewUser) return guessed;
      const activation = { userId: opened.profile.id, inviteCode, ip: client.ip };
      const activated = await activate(deps, tx, activation);
      opened.profile.referrerId = activated.referrerId;
      opened.profile.activatedInviteCode = activated.inviteCode;
      return guessed;
    });
  } catch (error) {
    // The phone, or the invite code that was drawn, became somebody's this very moment: nothing was done.
    if (isTaken(error)) return guessAndOpen(deps, input);
    throw error;
  }
}

/** Drawn for people who turned out to have one. To draw one takes longer than most that is done for them. */
const spareInviteCodes: string[] = [];

/** One statement: what a guess is worth, and all that a right one onlyIf. */
async function openByCode(
  deps: Deps,
  tx: Sql,
  { phone, code, transport, client }: PhoneSignIn,
): Promise<Guessed | undefined> {
  const now = new Date(deps.clock());
  const admin = deps.config.ADMIN_PHONES.includes(phone);
  const role = admin ? sql`, role = 'admin'` : empty;
  const promotion = admin
    ? sql`, promotion as (${recordPromotion({ at: now, ip: client.ip })})`
    : empty;
  const inviteCode = spareInviteCodes.pop() ?? randomInviteCode();
  const guess = guessCode(deps, {
    phone,
    code,
    onlyIf: sql`coalesce((select status = 'active' from holder), true)`,
  });
  const { parts, columns, joins, read } = sessionOpening(deps, {
    method: 'phone',
    isNewUser: sql`exists (select from made)`,
    transport,
    client,
  });
  const [row] = await tx.query<Guess & SessionRow>(sql`
    with holder as (
      select status from users where phone = ${phone}
    ), guess as (${guess}), made as (
      insert into users (id, phone, phone_verified_at, role, created_at)
      select ${uuidv7()}::uuid, phone, ${now}::timestamptz, ${admin ? 'admin' : 'user'}::role, ${now}::timestamptz
      from guess where spent and not exists (select from holder)
      returning *
    ), invited as (
      insert into invite_codes (code, user_id, created_at) select ${inviteCode}, id, created_at from made
    ), met as (
      update users u set phone_verified_at = ${now}${role}
      from guess where spent and u.phone = ${phone} and u.status = 'active'
      returning u.*
    ), account as (
      select * from met union all select * from made
    )${promotion}, ${parts}
    select spent, "attemptsLeft", ${columns} from guess left join opened on true ${joins}`);
  if (!row?.isNewUser) spareInviteCodes.push(inviteCode);
  if (!row) return undefined;
  const { spent, attemptsLeft } = row;
  if (row.sessionId === null) return { spent, attemptsLeft, opened: undefined };
  const opened = read(row);
  // Within the statement its own new rows cannot be seen.
  if (opened.isNewUser) opened.profile.inviteCode = inviteCode;
  return { spent, attemptsLeft, opened };
}
