import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import { MINUTE, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { SessionCookie } from './session-cookie.ts';
import { type Client, extendedExpiry, type FoundCaller } from './sessions.ts';

/** Using a cookie session extends it, at most once in this interval, in milliseconds. */
const EXTEND_INTERVAL = 5 * MINUTE;

interface Request {
  deps: Deps;
  client: Client;
  /** The access token, not yet verified. */
  bearer: string | undefined;
  cookie: SessionCookie;
  /** True if another site made the browser send the request. */
  crossSite: boolean;
}

/**
 * Identifies the caller by access token or cookie. If the request has both, they must name the same
 * session.
 * @param find reads the caller, and in the same statement whatever else the procedure needs
 * @throws DomainError TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, USER_BLOCKED; FORBIDDEN for a
 *   cross-site change with a cookie
 */
export async function identifyCaller<Found extends FoundCaller>(
  { deps, client, bearer, cookie, crossSite }: Request,
  {
    isChange,
    find,
  }: { isChange: boolean; find: (deps: Deps, sessionId: string) => Promise<Found> },
): Promise<Found> {
  const cookieSession = await cookie.read();
  if (bearer) {
    const { sessionId } = await deps.accessTokens.verify(bearer);
    if (cookieSession && cookieSession !== sessionId) throw new DomainError('TOKEN_INVALID');
    return find(deps, sessionId);
  }
  if (cookieSession === undefined) throw new DomainError('TOKEN_MISSING');
  if (isChange && crossSite) throw new DomainError('FORBIDDEN');
  if (cookieSession === null) throw new DomainError('TOKEN_INVALID');
  const caller = await find(deps, cookieSession);
  if (cookie.isWritable() && (await extend(deps, caller, client)))
    await cookie.write(cookieSession);
  return caller;
}

/** Extends the session if that is due. Of parallel requests, only one returns true. */
async function extend(
  deps: Deps,
  { sessionId, lastUsedAt }: { sessionId: string; lastUsedAt: Date },
  client: Client,
): Promise<boolean> {
  const { config, clock, database } = deps;
  const now = new Date(clock());
  const ttl = config.REFRESH_TOKEN_TTL * SECOND;
  const dueBefore = new Date(+now - Math.min(EXTEND_INTERVAL, ttl / 2));
  if (lastUsedAt > dueBefore) return false;
  const extended = await database.query(sql`
    update sessions set last_used_at = ${now}, expires_at = ${extendedExpiry(deps, sql`created_at`)},
      ip = ${client.ip}, user_agent = ${client.userAgent}
    where id = ${sessionId} and revoked_at is null and last_used_at <= ${dueBefore} returning id`);
  return extended.length === 1;
}
