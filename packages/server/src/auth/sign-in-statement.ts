import sql, { empty, type Sql as Statement } from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { recordPromotion, recordSignIn } from '../audit/sign-in-events.ts';
import type { Deps } from '../deps.ts';
import { PROFILE_COLUMNS, PROFILE_JOINS } from '../profile/profile.ts';
import { type CodeAttempt, type CodeVerification, verifyCode } from './codes/verify.ts';
import {
  type IssuedSessionRow,
  insertRefreshToken,
  insertSession,
  type NewSession,
} from './new-session.ts';

interface Options {
  attempt: CodeAttempt;
  /** Given to the account if the sign-in creates one. */
  newInviteCode: string;
  session: NewSession;
}

/** `sessionId` is null if the code was wrong or the account may not sign in. */
export type SignInRow = CodeVerification & IssuedSessionRow;

/**
 * The statement that signs in by phone. It verifies the one-time code and, if the code is correct,
 * consumes it, creates the account unless the phone has one, and opens the session. It locks the
 * code's row first, then the user's. A blocked user's code is not consumed.
 */
export function signInStatement(
  deps: Pick<Deps, 'config' | 'clock' | 'secrets'>,
  { attempt, newInviteCode, session }: Options,
): Statement {
  const { phone } = attempt;
  const isAdmin = deps.config.ADMIN_PHONES.includes(phone);
  const now = session.createdAt;
  const event = { at: now, ip: session.client.ip };
  const signIn = {
    ...event,
    method: 'phone',
    isNewUser: sql`exists (select from created)`,
  } as const;
  const role = isAdmin ? sql`, role = 'admin'` : empty;
  const promotion = isAdmin
    ? sql`promotion as (${recordPromotion(event, sql`account`)}
    ), `
    : empty;
  const onlyIf = sql`coalesce((select status = 'active' from existing), true)`;
  return sql`
    with existing as (
      select status from users where phone = ${phone}
    ), attempt as (${verifyCode(deps, attempt, onlyIf)}
    ), created as (
      insert into users (id, phone, phone_verified_at, role, created_at)
      select ${uuidv7()}::uuid, phone, ${now}::timestamptz, ${isAdmin ? 'admin' : 'user'}::role,
        ${now}::timestamptz
      from attempt where consumed and not exists (select from existing)
      returning *
    ), invite_code as (
      insert into invite_codes (code, user_id, created_at)
      select ${newInviteCode}, id, created_at from created
    ), verified as (
      update users u set phone_verified_at = ${now}${role}
      from attempt where consumed and u.phone = ${phone} and u.status = 'active'
      returning u.*
    ), account as (
      select * from verified union all select * from created
    ), ${promotion}session as (${insertSession(session, sql`account`)}
    ), refresh_token as (${insertRefreshToken(session, sql`session`)}
    ), audit as (${recordSignIn(signIn, sql`session`)}
    )
    select consumed, "attemptsLeft", session.id as "sessionId",
      exists (select from created) as "isNewUser",
      ${PROFILE_COLUMNS}
    from attempt left join session on true
    left join account u on u.id = session.user_id ${PROFILE_JOINS}`;
}
