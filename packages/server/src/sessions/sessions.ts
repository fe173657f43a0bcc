import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';

/** Who is at the other end of a request, as far as one can tell. */
export interface Client {
  ip: string;
  /** Cut to 256 characters */
  userAgent: string | null;
}

/** The signed-in user of a request, read anew for each one: a revocation holds at once on every instance. */
export interface Caller {
  userId: string;
  sessionId: string;
  role: 'user' | 'admin';
}

/** A caller, and what is needed to prolong their session. */
export type FoundCaller = Caller & { lastUsedAt: Date };

/** What `callerOf` judges, of a session `s` and its user `u`. */
export interface CallerRow extends FoundCaller {
  status: 'active' | 'blocked' | 'deleted';
  live: boolean;
}

/** The columns of a CallerRow. */
export function callerColumns({ clock }: Pick<Deps, 'clock'>) {
  return sql`u.id as "userId", s.id as "sessionId", u.role, u.status, s.last_used_at as "lastUsedAt",
      s.revoked_at is null and s.expires_at > ${new Date(clock())} as live`;
}

/** @throws DomainError TOKEN_INVALID, USER_BLOCKED */
export function callerOf(row: CallerRow | undefined): FoundCaller {
  if (row?.status === 'blocked') throw new DomainError('USER_BLOCKED');
  if (!row?.live) throw new DomainError('TOKEN_INVALID');
  const { userId, sessionId, role, lastUsedAt } = row;
  return { userId, sessionId, role, lastUsedAt };
}

/**
 * Whose live session this is.
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

/** A user's live sessions, the newest first; `sessionId` is the one that asks. */
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
 * Ends one of the caller's sessions.
 * @throws DomainError NOT_FOUND, for another's session too
 */
export async function revokeSession({ clock, database }: Deps, userId: string, sessionId: string) {
  const revoked = await revoke(database, sql`id = ${sessionId} and user_id = ${userId}`, clock());
  if (revoked === 0) throw new DomainError('NOT_FOUND');
  return revoked;
}

/** Ends all of a user's sessions, and says how many there were. */
export function revokeAllSessions(
  { clock }: Pick<Deps, 'clock'>,
  tx: Sql,
  userId: string,
): Promise<number> {
  return revoke(tx, sql`user_id = ${userId}`, clock());
}

/** Ends the session that a refresh token is of, be it used or not; an unknown token ends none. */
export function revokeSessionOf(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  refreshTokenHash: Buffer,
): Promise<number> {
  const named = sql`id = (select session_id from refresh_tokens where hash = ${refreshTokenHash})`;
  return revoke(database, named, clock());
}

async function revoke(tx: Sql, which: ReturnType<typeof sql>, now: number): Promise<number> {
  const revoked = await tx.query(sql`
    update sessions set revoked_at = ${new Date(now)}
    where ${which} and revoked_at is null and expires_at > ${new Date(now)} returning id`);
  return revoked.length;
}
