import sql, { type Sql as Statement } from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { type Profile, type ProfileRow, profileOf } from '../profile/profile.ts';
import { hashToken, newRefreshToken } from '../sessions/refresh-tokens.ts';
import type { Client } from '../sessions/sessions.ts';

/** How a client holds its session: as tokens, or in a browser cookie. */
export type Transport = 'bearer' | 'cookie';

/** A session as its client receives it. */
export interface IssuedSession {
  sessionId: string;
  /** The profile of the session's user. */
  profile: Profile;
  isNewUser: boolean;
  /** Missing from a cookie session. */
  refreshToken?: string;
}

/** The columns that a sign-in statement returns. */
export type IssuedSessionRow = ProfileRow & Pick<IssuedSession, 'sessionId' | 'isNewUser'>;

/** A session that a sign-in statement is about to insert. */
export interface NewSession {
  id: string;
  transport: Transport;
  client: Client;
  refreshToken: string;
  refreshTokenHash: Buffer;
  createdAt: Date;
  expiresAt: Date;
}

export function newSession(
  { config, clock, secrets }: Pick<Deps, 'config' | 'clock' | 'secrets'>,
  { transport, client }: { transport: Transport; client: Client },
): NewSession {
  const createdAt = new Date(clock());
  const refreshToken = newRefreshToken();
  const lifetime = Math.min(
    config.REFRESH_TOKEN_TTL,
    config.SESSION_MAX_AGE || Number.POSITIVE_INFINITY,
  );
  return {
    id: uuidv7(),
    transport,
    client,
    refreshToken,
    refreshTokenHash: hashToken(secrets, refreshToken),
    createdAt,
    expiresAt: new Date(+createdAt + lifetime * SECOND),
  };
}

/**
 * Inserts the session, and returns its `id` and `user_id`.
 * @param account the name of a CTE with the user's row, or with no row. That CTE has locked the row
 *   and checked that the user is active, so no session outlives a deletion.
 */
export function insertSession(session: NewSession, account: Statement): Statement {
  const { id, transport, client, createdAt, expiresAt } = session;
  return sql`
      insert into sessions
        (id, user_id, transport, user_agent, ip, created_at, last_used_at, expires_at,
          reauthenticated_at)
      select ${id}::uuid, id, ${transport}::transport, ${client.userAgent}, ${client.ip},
        ${createdAt}::timestamptz, ${createdAt}::timestamptz, ${expiresAt}::timestamptz,
        ${createdAt}::timestamptz
      from ${account}
      returning id, user_id`;
}

/**
 * Inserts the hash of the session's refresh token; a cookie session has none.
 * @param session the name of the CTE with `insertSession`
 */
export function insertRefreshToken(
  { refreshTokenHash, createdAt, transport }: NewSession,
  session: Statement,
): Statement {
  return sql`
      insert into refresh_tokens (hash, session_id, created_at)
      select ${refreshTokenHash}::bytea, id, ${createdAt}::timestamptz from ${session}
      where ${transport} = 'bearer'`;
}

/** Converts the row that a sign-in statement returned for the session. */
export function issuedSession(
  deps: Pick<Deps, 'config' | 'clock'>,
  { transport, refreshToken }: NewSession,
  row: IssuedSessionRow,
): IssuedSession {
  return {
    sessionId: row.sessionId,
    profile: profileOf(deps, row),
    isNewUser: row.isNewUser,
    ...(transport === 'bearer' && { refreshToken }),
  };
}
