import sql, { type Sql as Statement } from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import type { UserRole, UserStatus } from '../identity/user-status.ts';
import { possibleHashes } from './refresh-tokens.ts';

/** The client that sent a request. */
export interface Client {
  ip: string;
  /** At most 256 characters */
  userAgent: string | null;
}

/**
 * The signed-in user of a request. It is read for every request, so a revocation takes effect
 * immediately on every instance.
 */
export interface Caller {
  userId: string;
  sessionId: string;
  role: UserRole;
}

/** A caller, with what extending their session requires. */
export type FoundCaller = Caller & { lastUsedAt: Date };

/** The columns that `callerOf` reads. */
export interface CallerRow extends FoundCaller {
  status: UserStatus;
  live: boolean;
}

/** SQL for the columns of a CallerRow, of a session `s` and its user `u`. */
export function callerColumns({ clock }: Pick<Deps, 'clock'>) {
  return sql`u.id as "userId", s.id as "sessionId", u.role, u.status,
      s.last_used_at as "lastUsedAt", s.revoked_at is null and s.expires_at > ${new Date(clock())} as live`;
}

/**
 * Converts a row to the caller, if the session is live.
 * @throws DomainError TOKEN_INVALID, USER_BLOCKED
 */
export function callerOf(row: CallerRow | undefined): FoundCaller {
  if (row?.status === 'blocked') throw new DomainError('USER_BLOCKED');
  if (!row?.live) throw new DomainError('TOKEN_INVALID');
  const { userId, sessionId, role, lastUsedAt } = row;
  return { userId, sessionId, role, lastUsedAt };
}

/**
 * Finds the user of a live session.
 * @throws DomainError TOKEN_INVALID, USER_BLOCKED
 */
export async function findCaller(
  deps: Pick<Deps, 'clock' | 'database'>,
  sessionId: string,
): Promise<FoundCaller> {
  const [row] = await deps.database.query<CallerRow>(sql`
    select ${callerColumns(deps)}
    from sessions s join users u on u.id = s.user_id
    where s.id = ${sessionId}`);
  return callerOf(row);
}

/** A user's live sessions, newest first; `caller.sessionId` is marked as the current one. */
export async function listSessions(
  { clock, database }: Deps,
  caller: Pick<Caller, 'userId' | 'sessionId'>,
) {
  const sessions = await database.prisma.session.findMany({
    where: { userId: caller.userId, revokedAt: null, expiresAt: { gt: new Date(clock()) } },
    orderBy: { id: 'desc' },
  });
  return sessions.map(({ id, createdAt, lastUsedAt, userAgent, ip }) => ({
    id,
    createdAt,
    lastUsedAt,
    userAgent,
    ip,
    current: id === caller.sessionId,
  }));
}

/**
 * SQL for the time until which using a session now extends it. SESSION_MAX_AGE caps it, counted from
 * the sign-in.
 * @param createdAt SQL for the time of the sign-in
 */
export function extendedExpiry(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  createdAt: Statement,
): Statement {
  const expiresAt = new Date(clock() + config.REFRESH_TOKEN_TTL * SECOND);
  // `least` ignores null, which is what a missing limit becomes.
  const maxAge = config.SESSION_MAX_AGE || null;
  return sql`least(${expiresAt}::timestamptz,
        ${createdAt} + make_interval(secs => ${maxAge}::double precision))`;
}

/**
 * The statement that revokes the live sessions for which the condition `which` holds. Returns `id`
 * and `user_id` of each; run it on its own or as a CTE.
 */
export function revokeSessions(which: Statement, now: Date): Statement {
  return sql`
      update sessions set revoked_at = ${now}
      where ${which} and revoked_at is null and expires_at > ${now}
      returning id, user_id`;
}

/** Revokes all of a user's sessions, and returns their number. */
export async function revokeAllSessions(
  { clock }: Pick<Deps, 'clock'>,
  tx: Sql,
  userId: string,
): Promise<number> {
  const which = sql`user_id = ${userId}`;
  return (await tx.query(revokeSessions(which, new Date(clock())))).length;
}

/**
 * Revokes the session of a refresh token, used or not, and returns the number revoked: 0 for an
 * unknown token.
 */
export async function revokeSessionByRefreshToken(
  { clock, database, secrets }: Pick<Deps, 'clock' | 'database' | 'secrets'>,
  refreshToken: string,
): Promise<number> {
  const hashes = possibleHashes(secrets, refreshToken);
  const which = sql`
        id = (select session_id from refresh_tokens where hash = any(${hashes}::bytea[]))`;
  return (await database.query(revokeSessions(which, new Date(clock())))).length;
}
