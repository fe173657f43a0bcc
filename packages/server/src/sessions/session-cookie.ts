import type { IncomingMessage, ServerResponse } from 'node:http';
import { getIronSession } from 'iron-session';
import type { Secrets } from '../core/secrets.ts';
import type { Deps } from '../deps.ts';

/** The cookie by which a browser names its session. What that session is worth, the database knows. */
export interface SessionCookie {
  /** The id of the session it names; null if it is there and cannot be read, undefined if it is not there. */
  read(): Promise<string | null | undefined>;
  /** Whether the answer can still set it: one that is streamed has sent its headers before it is known. */
  isWritable(): boolean;
  write(sessionId: string): Promise<void>;
  clear(): Promise<void>;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Whether the browser speaks HTTPS, to us or to a proxy that says so. */
  https: boolean;
}

/** Sealed by iron-session: nobody can read or forge it. */
export function sessionCookie(
  { config, secrets }: Pick<Deps, 'config' | 'secrets'>,
  { request, response, https }: Exchange,
): SessionCookie {
  const cookieName = `${https ? '__Host-' : ''}invitree_session`;
  const cookieOptions = {
    httpOnly: true,
    sameSite: 'lax',
    secure: https || config.NODE_ENV !== 'development',
    path: '/',
    maxAge: config.REFRESH_TOKEN_TTL,
  } as const;
  const open = (passwords: Secrets['sessionCookie']) =>
    getIronSession<{ sid?: string }>(request, response, {
      cookieName,
      password: Object.fromEntries(passwords.map(({ id, password }) => [id, password])),
      ttl: config.REFRESH_TOKEN_TTL,
      cookieOptions,
    });
  // A glance that spares every other request the work; the name may be a part of another's.
  const mayBeThere = request.headers.cookie?.includes(`${cookieName}=`) === true;

  return {
    async read() {
      if (!mayBeThere) return undefined;
      const { sid } = await open(secrets.sessionCookie);
      return sid ?? null;
    },
    // No getter: V8 makes a hidden class for each object with one, which only a full collection frees.
    isWritable() {
      return !response.headersSent && request.headers['trpc-accept'] !== 'application/jsonl';
    },
    async write(sessionId) {
      // iron-session seals with the password of the highest number: it is given only the newest.
      const [newest] = secrets.sessionCookie;
      if (!newest) throw new Error('No password for cookies');
      const session = await open([newest]);
      session.sid = sessionId;
      await session.save();
    },
    async clear() {
      // Left where it cannot be cleared, it names a session that has ended.
      if (mayBeThere && this.isWritable()) (await open(secrets.sessionCookie)).destroy();
    },
  };
}

/**
 * Whether another site made a browser send this request (OWASP CSRF Prevention, Fetch Metadata).
 * Every browser of today says so by one of the two headers; what says nothing is no browser.
 * @param trusted the origins of this service, and those that its operator lets in
 */
export function isForeign(
  { 'sec-fetch-site': site, origin }: IncomingMessage['headers'],
  trusted: readonly (string | undefined)[],
): boolean {
  if (origin !== undefined && trusted.includes(origin)) return false;
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined;
}
