import type { IncomingMessage, ServerResponse } from 'node:http';
import { getIronSession } from 'iron-session';
import type { Secrets } from '../core/secrets.ts';
import type { Deps } from '../deps.ts';

/** The cookie that holds a browser's session id. Whether the session is live is in the database. */
export interface SessionCookie {
  /** The session id; null if the cookie cannot be read, undefined if there is none. */
  read(): Promise<string | null | undefined>;
  /** True if the response can still set the cookie. A streamed one sends its headers too early. */
  isWritable(): boolean;
  write(sessionId: string): Promise<void>;
  clear(): Promise<void>;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** True if the browser uses HTTPS, with the server itself or with a trusted proxy. */
  https: boolean;
}

/** Over HTTPS, `__Host-` binds the cookie to its host (RFC 6265bis, 4.1.3.2). */
export function cookieName(https: boolean): string {
  return `${https ? '__Host-' : ''}invitree_session`;
}

/** Reads and writes the cookie, which iron-session encrypts and signs. */
export function sessionCookie(
  { config, secrets }: Pick<Deps, 'config' | 'secrets'>,
  { request, response, https }: Exchange,
): SessionCookie {
  const name = cookieName(https);
  const cookieOptions = {
    httpOnly: true,
    sameSite: 'lax',
    secure: https || config.NODE_ENV !== 'development',
    path: '/',
    maxAge: config.REFRESH_TOKEN_TTL,
  } as const;
  const open = (passwords: Secrets['sessionCookie']) =>
    getIronSession<{ sid?: string }>(request, response, {
      cookieName: name,
      password: Object.fromEntries(passwords.map(({ id, password }) => [id, password])),
      ttl: config.REFRESH_TOKEN_TTL,
      cookieOptions,
    });
  // A cheap check that saves other requests the work. It may match part of another cookie's name.
  const mayHaveCookie = request.headers.cookie?.includes(`${name}=`) === true;

  return {
    async read() {
      if (!mayHaveCookie) return undefined;
      const { sid } = await open(secrets.sessionCookie);
      return sid ?? null;
    },
    // Not a getter: V8 creates a hidden class for each object with one, which only a full GC frees.
    isWritable() {
      return !response.headersSent && request.headers['trpc-accept'] !== 'application/jsonl';
    },
    async write(sessionId) {
      // iron-session seals with the password that has the highest id, so it gets only the newest.
      const [newest] = secrets.sessionCookie;
      if (!newest) throw new Error('No cookie password');
      const session = await open([newest]);
      session.sid = sessionId;
      await session.save();
    },
    async clear() {
      // Where the cookie cannot be cleared it stays, but its session has been revoked.
      if (mayHaveCookie && this.isWritable()) (await open(secrets.sessionCookie)).destroy();
    },
  };
}

/**
 * True if another site made a browser send the request (OWASP CSRF Prevention, Fetch Metadata).
 * Current browsers send at least one of the two headers; a request without them is not a browser's.
 * @param trusted the service's own origins, and those that the operator allows
 */
export function isCrossSite(
  { 'sec-fetch-site': site, origin }: IncomingMessage['headers'],
  trusted: readonly (string | undefined)[],
): boolean {
  if (origin !== undefined && trusted.includes(origin)) return false;
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined;
}
