import sql, { type Sql as Statement } from 'sql-template-tag';
import { recordSignIn } from '../audit/sign-in-events.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { PROFILE_COLUMNS, PROFILE_JOINS } from '../profile/profile.ts';
import type { Client } from '../sessions/sessions.ts';
import {
  type IssuedSession,
  type IssuedSessionRow,
  insertRefreshToken,
  insertSession,
  issuedSession,
  newSession,
  type Transport,
} from './new-session.ts';

interface SessionOptions {
  isNewUser: boolean;
  transport: Transport;
  client: Client;
}

/**
 * Opens a session for a user who has signed in with a password or has just registered.
 * @param account a query for the user's row, or for no row if the user may not sign in. It must
 *   lock the row and check that the user is active, so that no session outlives a deletion.
 * @returns undefined if `account` has no row
 */
export async function openSession(
  deps: Pick<Deps, 'config' | 'clock' | 'secrets'>,
  tx: Sql,
  account: Statement,
  { isNewUser, transport, client }: SessionOptions,
): Promise<IssuedSession | undefined> {
  const session = newSession(deps, { transport, client });
  const event = { at: session.createdAt, ip: client.ip, method: 'password' } as const;
  const [row] = await tx.query<Omit<IssuedSessionRow, 'isNewUser'>>(sql`
    with account as (${account}
    ), session as (${insertSession(session, sql`account`)}
    ), refresh_token as (${insertRefreshToken(session, sql`session`)}
    ), audit as (${recordSignIn({ ...event, isNewUser: sql`${isNewUser}::boolean` }, sql`session`)}
    )
    select session.id as "sessionId",
      ${PROFILE_COLUMNS}
    from session
    left join account u on u.id = session.user_id ${PROFILE_JOINS}`);
  return row && issuedSession(deps, session, { ...row, isNewUser });
}
