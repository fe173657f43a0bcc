import sql, { type Sql as Statement } from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { recordAudit } from '../audit/audit.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import {
  PROFILE_COLUMNS,
  PROFILE_JOINS,
  type Profile,
  type ProfileRow,
  profileOf,
} from '../profile/profile.ts';
import { hashToken, newRefreshToken } from '../sessions/refresh-tokens.ts';
import type { Client } from '../sessions/sessions.ts';

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
  /** In SQL */
  isNewUser: Statement;
  transport: Transport;
  client: Client;
}

/** What `read` makes an OpenedSession of. */
export type SessionRow = ProfileRow & Pick<OpenedSession, 'sessionId' | 'isNewUser'>;

/**
 * Opens a session within the statement of what onlyIf it, after a part `account`: a row of `users` as it
 * is from now on, or none. That part has locked the row and looked whether the user is active, so that
 * no session outlives a deletion.
 */
export function sessionOpening(
  deps: Pick<Deps, 'config' | 'clock'>,
  { method, isNewUser, transport, client }: Opening,
) {
  const now = new Date(deps.clock());
  const expiresAt = new Date(+now + deps.config.REFRESH_TOKEN_TTL * 1000);
  const refreshToken = newRefreshToken();
  const details = sql`jsonb_build_object('method', ${method}::text, 'isNewUser', ${isNewUser})`;
  const audit = recordAudit(
    { at: now, action: 'auth.signed_in', ip: client.ip, details },
    sql`select user_id, user_id from opened`,
  );
  return {
    parts: sql`opened as (
      insert into sessions (id, user_id, transport, user_agent, ip, created_at, last_used_at, expires_at)
      select ${uuidv7()}::uuid, id, ${transport}::transport, ${client.userAgent}, ${client.ip},
        ${now}::timestamptz, ${now}::timestamptz, ${expiresAt}::timestamptz
      from account
      returning id, user_id
    ), token as (
      insert into refresh_tokens (hash, session_id, created_at)
      select ${hashToken(refreshToken)}::bytea, id, ${now}::timestamptz from opened
      where ${transport} = 'bearer'
    ), audit as (${audit})`,
    /** To be selected from `opened` */
    columns: sql`opened.id as "sessionId", ${isNewUser} as "isNewUser", ${PROFILE_COLUMNS}`,
    joins: sql`left join account u on u.id = opened.user_id ${PROFILE_JOINS}`,
    read: (row: SessionRow): OpenedSession => ({
      sessionId: row.sessionId,
      profile: profileOf(deps, row),
      isNewUser: row.isNewUser,
      ...(transport === 'bearer' && { refreshToken }),
    }),
  };
}

/**
 * Opens a session for the row of an account, in a statement of its own.
 * @param account see `sessionOpening`
 */
export async function openSession(
  deps: Pick<Deps, 'config' | 'clock'>,
  tx: Sql,
  account: Statement,
  how: Opening,
): Promise<OpenedSession | undefined> {
  const { parts, columns, joins, read } = sessionOpening(deps, how);
  const [opened] = await tx.query<SessionRow>(sql`
    with account as (${account}), ${parts}
    select ${columns} from opened ${joins}`);
  return opened && read(opened);
}
