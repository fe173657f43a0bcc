import sql, { type Sql as Statement } from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { recordAudit } from '../admin/audit.ts';
import type { Deps, Sql } from '../ports.ts';
import {
  PROFILE_COLUMNS,
  PROFILE_JOINS,
  type Profile,
  type ProfileRow,
  profileOf,
} from '../profile/profile.ts';
import { hashToken, newRefreshToken } from './refresh-tokens.ts';
import type { Client } from './sessions.ts';

/** How a client holds its session: by tokens, or by a browser's cookie. */
export type Transport = 'bearer' | 'cookie';

export interface OpenedSession {
  sessionId: string;
  /** Of the user whose session it is */
  profile: Profile;
  isNewUser: boolean;
  /** Without one the browser's cookie is all there is. */
  refreshToken?: string;
}

interface Opening {
  method: 'phone' | 'password';
  transport: Transport;
  client: Client;
  isNewUser: boolean;
}

/**
 * Opens a session, in one statement with what earns it: nothing happens if there is no such account.
 * @param account common table expressions, among them `account`, a row of `users` as it is
 *   from now on: it has locked that row and looked whether the user is active, so that no session outlives a deletion
 */
export async function openSession(
  deps: Pick<Deps, 'config' | 'clock'>,
  tx: Sql,
  account: Statement,
  { method, transport, client, isNewUser }: Opening,
): Promise<OpenedSession | undefined> {
  const { config, clock } = deps;
  const now = new Date(clock());
  const refreshToken = newRefreshToken();
  const audit = recordAudit(
    { at: now, action: 'auth.signed_in', ip: client.ip, details: { method, isNewUser } },
    sql`select user_id, user_id from opened`,
  );
  const [opened] = await tx.query<ProfileRow & { sessionId: string }>(sql`
    with ${account}, opened as (
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
    select opened.id as "sessionId", ${PROFILE_COLUMNS}
    from opened join account u on u.id = opened.user_id ${PROFILE_JOINS}`);
  if (!opened) return undefined;
  return {
    sessionId: opened.sessionId,
    profile: profileOf(deps, opened),
    isNewUser,
    ...(transport === 'bearer' && { refreshToken }),
  };
}
