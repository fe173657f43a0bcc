import { createHmac } from 'node:crypto';
import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import {
  PROFILE_COLUMNS,
  PROFILE_JOINS,
  type ProfileRow,
  profileOf,
  readProfile,
} from '../profile/profile.ts';
import { hashToken } from '../sessions/refresh-tokens.ts';
import type { Client } from '../sessions/sessions.ts';
import type { OpenedSession } from './open-session.ts';

/** How long a client that lost the answer may send the same refresh token again, in milliseconds. */
const REPLAY_GRACE = 10_000;

/**
 * The token after this one. Derived, not drawn, so that a replay within the grace gets the very same
 * successor while nothing but hashes is stored; nobody without the server's key can take the step.
 */
function successor(key: Buffer, token: string): string {
  return createHmac('sha256', key).update(token).digest('base64url');
}

/**
 * Trades a refresh token for its successor. Each works once; a replay by the same client within the
 * grace is answered alike, any other ends the session and all tokens of its line (RFC 9700, 4.14.2).
 * @throws DomainError TOKEN_INVALID, REFRESH_REUSED, USER_BLOCKED
 */
export async function rotateRefreshToken(
  deps: Deps,
  token: string,
  client: Client,
): Promise<OpenedSession> {
  const { config, clock, database, secrets } = deps;
  const now = new Date(clock());
  const hash = hashToken(token);
  const candidates = secrets.refreshToken.map((key) => successor(key, token));
  const next = candidates[0] as string;
  const [rotated] = await database.query<ProfileRow & { sessionId: string }>(sql`
    with live as (
      select s.id, s.user_id from refresh_tokens t
      join sessions s on s.id = t.session_id join users u on u.id = s.user_id
      where t.hash = ${hash} and s.revoked_at is null and s.expires_at > ${now} and u.status = 'active'
    ), used as (
      update refresh_tokens t set used_at = ${now} from live
      where t.hash = ${hash} and t.used_at is null
      returning live.id, live.user_id
    ), touched as (
      update sessions s set last_used_at = ${now},
        expires_at = ${new Date(+now + config.REFRESH_TOKEN_TTL * 1000)},
        ip = ${client.ip}, user_agent = ${client.userAgent}
      from used where s.id = used.id
    ), inserted as (
      insert into refresh_tokens (hash, session_id, created_at)
      select ${hashToken(next)}::bytea, id, ${now}::timestamptz from used
    )
    select used.id as "sessionId", ${PROFILE_COLUMNS}
    from used join users u on u.id = used.user_id ${PROFILE_JOINS}`);
  const isNewUser = false;
  if (rotated) {
    const { sessionId } = rotated;
    return { sessionId, profile: profileOf(deps, rotated), isNewUser, refreshToken: next };
  }

  const [found] = await database.query<{
    sessionId: string;
    userId: string;
    status: string;
    live: boolean;
    usedAt: Date | null;
    sameClient: boolean;
  }>(sql`
    select s.id as "sessionId", s.user_id as "userId", u.status,
      s.revoked_at is null and s.expires_at > ${now} as live, t.used_at as "usedAt",
      s.ip is not distinct from ${client.ip} and s.user_agent is not distinct from ${client.userAgent}
        as "sameClient"
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
    if (refreshToken)
      return { sessionId, profile: await readProfile(deps, userId), isNewUser, refreshToken };
  }
  await database.query(sql`
    with revoked as (
      update sessions set revoked_at = ${now} where id = ${sessionId} and revoked_at is null returning user_id
    ) ${recordAudit(
      { at: now, action: 'auth.refresh_reused', ip: client.ip, details: { sessionId } },
      sql`select user_id, user_id from revoked`,
    )}`);
  throw new DomainError('REFRESH_REUSED');
}
