import { createHmac } from 'node:crypto';
import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { UserStatus } from '../identity/user-status.ts';
import {
  PROFILE_COLUMNS,
  PROFILE_JOINS,
  type ProfileRow,
  profileOf,
  readProfile,
} from '../profile/profile.ts';
import { hashToken } from '../sessions/refresh-tokens.ts';
import { type Client, extendedExpiry, revokeSessions } from '../sessions/sessions.ts';
import type { IssuedSession } from './new-session.ts';

/** How long a client that lost the response may resend the refresh token, in milliseconds. */
const REPLAY_GRACE = 10 * SECOND;

/**
 * Derives the token that follows `token`. It is derived rather than random so that a replay within
 * the grace period gets the same successor although only hashes are stored. Deriving it requires
 * the server's key.
 */
function successor(key: Buffer, token: string): string {
  return createHmac('sha256', key).update(token).digest('base64url');
}

/**
 * Exchanges a refresh token for its successor. Each token works once. A replay by the same client
 * within the grace period gets the same response; any other replay revokes the session, and with it
 * every token derived from it (RFC 9700, 4.14.2).
 * @throws DomainError TOKEN_INVALID, REFRESH_REUSED, USER_BLOCKED
 */
export async function rotateRefreshToken(
  deps: Deps,
  token: string,
  client: Client,
): Promise<IssuedSession> {
  const { clock, database, secrets } = deps;
  const now = new Date(clock());
  const hash = hashToken(token);
  const candidates = secrets.refreshToken.map((key) => successor(key, token));
  const refreshToken = candidates[0] as string;
  const [rotated] = await database.query<ProfileRow & { sessionId: string }>(sql`
    with live as (
      select s.id, s.user_id from refresh_tokens t
      join sessions s on s.id = t.session_id join users u on u.id = s.user_id
      where t.hash = ${hash} and s.revoked_at is null and s.expires_at > ${now}
        and u.status = 'active'
    ), used as (
      update refresh_tokens t set used_at = ${now} from live
      where t.hash = ${hash} and t.used_at is null
      returning live.id, live.user_id
    ), extended as (
      update sessions s set last_used_at = ${now}, expires_at = ${extendedExpiry(deps, sql`s.created_at`)},
        ip = ${client.ip}, user_agent = ${client.userAgent}
      from used where s.id = used.id
    ), refresh_token as (
      insert into refresh_tokens (hash, session_id, created_at)
      select ${hashToken(refreshToken)}::bytea, id, ${now}::timestamptz from used
    )
    select used.id as "sessionId",
      ${PROFILE_COLUMNS}
    from used join users u on u.id = used.user_id ${PROFILE_JOINS}`);
  if (!rotated) return replay(deps, { hash, candidates, client, now });
  const { sessionId } = rotated;
  return { sessionId, profile: profileOf(deps, rotated), isNewUser: false, refreshToken };
}

interface Replay {
  /** Of the token that was not rotated. */
  hash: Buffer;
  /** Its possible successors, one per server key. */
  candidates: string[];
  client: Client;
  now: Date;
}

/**
 * Handles a token that is invalid or was used before.
 * @throws DomainError TOKEN_INVALID, REFRESH_REUSED, USER_BLOCKED
 */
async function replay(
  deps: Deps,
  { hash, candidates, client, now }: Replay,
): Promise<IssuedSession> {
  const { database } = deps;
  const [found] = await database.query<{
    sessionId: string;
    userId: string;
    status: UserStatus;
    live: boolean;
    usedAt: Date | null;
    sameClient: boolean;
  }>(sql`
    select s.id as "sessionId", s.user_id as "userId", u.status,
      s.revoked_at is null and s.expires_at > ${now} as live, t.used_at as "usedAt",
      s.ip is not distinct from ${client.ip}
        and s.user_agent is not distinct from ${client.userAgent} as "sameClient"
    from refresh_tokens t join sessions s on s.id = t.session_id join users u on u.id = s.user_id
    where t.hash = ${hash}`);
  if (found?.status === 'blocked') throw new DomainError('USER_BLOCKED');
  if (!found?.live || !found.usedAt) throw new DomainError('TOKEN_INVALID');
  const { sessionId, userId, usedAt, sameClient } = found;
  if (sameClient && +now - +usedAt <= REPLAY_GRACE) {
    const [issued] = await database.query<{ hash: Buffer }>(
      sql`select hash from refresh_tokens where hash = any(${candidates.map(hashToken)}::bytea[])`,
    );
    const refreshToken = candidates.find((each) => issued?.hash.equals(hashToken(each)));
    if (refreshToken) {
      const profile = await readProfile(deps, userId);
      return { sessionId, profile, isNewUser: false, refreshToken };
    }
  }
  const event = {
    at: now,
    action: 'auth.refresh_reused',
    ip: client.ip,
    details: { sessionId },
  } as const;
  await database.query(sql`
    with revoked as (${revokeSessions(sql`id = ${sessionId}`, now)}
    ) ${recordAudit(event, sql`select user_id, user_id from revoked`)}`);
  throw new DomainError('REFRESH_REUSED');
}
