import { createHmac, randomBytes } from 'node:crypto';
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
import { hashToken, possibleHashes } from '../sessions/refresh-tokens.ts';
import { type Client, extendedExpiry, revokeSessions } from '../sessions/sessions.ts';
import type { IssuedSession } from './new-session.ts';

/** How long a client that lost the response may resend the refresh token, in milliseconds. */
const REPLAY_GRACE = 10 * SECOND;

/**
 * Derives the token that follows `token`. It is derived rather than random so that a replay within
 * the grace period gets the same successor although only hashes are stored. Deriving it requires
 * the server's key and a random seed from the database, so an old token and a leaked APP_SECRET are
 * not enough. The next rotation overwrites the seed.
 * @param seed null if an earlier version, which had none, issued the successor
 */
function successor(key: Buffer, token: string, seed: Buffer | null): string {
  const mac = createHmac('sha256', key).update(token);
  return mac.update(seed ?? Buffer.alloc(0)).digest('base64url');
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
  const hashes = possibleHashes(secrets, token);
  const seed = randomBytes(32);
  const refreshToken = successor(secrets.refreshToken[0] as Buffer, token, seed);
  const [rotated] = await database.query<ProfileRow & { sessionId: string }>(sql`
    with live as (
      select s.id, s.user_id from refresh_tokens t
      join sessions s on s.id = t.session_id join users u on u.id = s.user_id
      where t.hash = any(${hashes}::bytea[]) and s.revoked_at is null and s.expires_at > ${now}
        and u.status = 'active'
    ), used as (
      update refresh_tokens t set used_at = ${now} from live
      where t.hash = any(${hashes}::bytea[]) and t.used_at is null
      returning live.id, live.user_id
    ), extended as (
      update sessions s set last_used_at = ${now}, expires_at = ${extendedExpiry(deps, sql`s.created_at`)},
        ip = ${client.ip}, user_agent = ${client.userAgent}, refresh_seed = ${seed}
      from used where s.id = used.id
    ), refresh_token as (
      insert into refresh_tokens (hash, session_id, created_at)
      select ${hashToken(secrets, refreshToken)}::bytea, id, ${now}::timestamptz from used
    )
    select used.id as "sessionId",
      ${PROFILE_COLUMNS}
    from used join users u on u.id = used.user_id ${PROFILE_JOINS}`);
  if (!rotated) return replay(deps, { token, hashes, client, now });
  const { sessionId } = rotated;
  return { sessionId, profile: profileOf(deps, rotated), isNewUser: false, refreshToken };
}

interface Replay {
  /** The token that was not rotated. */
  token: string;
  hashes: Buffer[];
  client: Client;
  now: Date;
}

/**
 * Handles a token that is invalid or was used before.
 * @throws DomainError TOKEN_INVALID, REFRESH_REUSED, USER_BLOCKED
 */
async function replay(deps: Deps, { token, hashes, client, now }: Replay): Promise<IssuedSession> {
  const { database, secrets } = deps;
  const [found] = await database.query<{
    sessionId: string;
    userId: string;
    status: UserStatus;
    live: boolean;
    usedAt: Date | null;
    sameClient: boolean;
    seed: Buffer | null;
  }>(sql`
    select s.id as "sessionId", s.user_id as "userId", u.status,
      s.revoked_at is null and s.expires_at > ${now} as live, t.used_at as "usedAt",
      s.ip is not distinct from ${client.ip}
        and s.user_agent is not distinct from ${client.userAgent} as "sameClient",
      s.refresh_seed as seed
    from refresh_tokens t join sessions s on s.id = t.session_id join users u on u.id = s.user_id
    where t.hash = any(${hashes}::bytea[])`);
  if (found?.status === 'blocked') throw new DomainError('USER_BLOCKED');
  if (!found?.live || !found.usedAt) throw new DomainError('TOKEN_INVALID');
  const { sessionId, userId, usedAt, sameClient, seed } = found;
  if (sameClient && +now - +usedAt <= REPLAY_GRACE) {
    const refreshToken = await findIssued(
      deps,
      secrets.refreshToken.map((key) => successor(key, token, seed)),
    );
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

/** Returns the one of these tokens that was issued, if any. */
async function findIssued(
  { database, secrets }: Pick<Deps, 'database' | 'secrets'>,
  tokens: string[],
): Promise<string | undefined> {
  const hashes = tokens.flatMap((token) => possibleHashes(secrets, token));
  const [issued] = await database.query<{ hash: Buffer }>(
    sql`select hash from refresh_tokens where hash = any(${hashes}::bytea[])`,
  );
  return tokens.find((token) =>
    possibleHashes(secrets, token).some((hash) => issued?.hash.equals(hash)),
  );
}
