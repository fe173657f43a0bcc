import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { Client, FoundCaller } from './sessions.ts';

/** A cookie session is prolonged by its use, but not written at each: in milliseconds. */
const PROLONG_EVERY = 5 * 60_000;

interface Request {
  deps: Deps;
  client: Client;
  /** The access token as it came. */
  bearer: string | undefined;
  cookie: SessionCookie;
  /** Whether another site made a browser send it. */
  foreign: boolean;
}

/**
 * Whose request this is, by access token or by cookie. Both at once must name the same session.
 * @param find reads whose session it is, and in the same statement whatever else is wanted of them
 * @throws DomainError TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, USER_BLOCKED; FORBIDDEN for a change
 *   that another site made a browser send with its cookie
 */
export async function identifyCaller<Found extends FoundCaller>(
  { deps, client, bearer, cookie, foreign }: Request,
  { change, find }: { change: boolean; find: (deps: Deps, sessionId: string) => Promise<Found> },
): Promise<Found> {
  const named = await cookie.read();
  if (bearer) {
    const { sessionId } = await deps.accessTokens.verify(bearer);
    if (named && named !== sessionId) throw new DomainError('TOKEN_INVALID');
    return find(deps, sessionId);
  }
  if (named === undefined) throw new DomainError('TOKEN_MISSING');
  if (change && foreign) throw new DomainError('FORBIDDEN');
  if (named === null) throw new DomainError('TOKEN_INVALID');
  const caller = await find(deps, named);
  if (cookie.isWritable() && (await prolong(deps, caller, client))) await cookie.write(named);
  return caller;
}

/** Moves the session's end away from now; true for one of the requests that come at once. */
async function prolong(
  { config, clock, database }: Deps,
  { sessionId, lastUsedAt }: { sessionId: string; lastUsedAt: Date },
  client: Client,
): Promise<boolean> {
  const now = new Date(clock());
  const life = config.REFRESH_TOKEN_TTL * 1000;
  const due = new Date(+now - Math.min(PROLONG_EVERY, life / 2));
  if (lastUsedAt > due) return false;
  const prolonged = await database.query(sql`
    update sessions set last_used_at = ${now}, expires_at = ${new Date(+now + life)},
      ip = ${client.ip}, user_agent = ${client.userAgent}
    where id = ${sessionId} and revoked_at is null and last_used_at <= ${due} returning id`);
  return prolonged.length === 1;
}
