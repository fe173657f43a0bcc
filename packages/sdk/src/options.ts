import type { InvitreeError } from './errors.ts';
import type { TokenStorage } from './storage.ts';

/** How failed calls are retried. */
export interface RetryOptions {
  /**
   * How many times a call is sent at most, including the first.
   * @default 3
   */
  attempts?: number | undefined;
  /**
   * Upper limit of the first delay, in milliseconds. It doubles with each attempt; the actual delay
   * is a random part of it.
   * @default 300
   */
  minDelay?: number | undefined;
  /**
   * The longest delay, in milliseconds. A call whose `Retry-After` is longer fails without a retry.
   * @default 5000
   */
  maxDelay?: number | undefined;
}

interface SharedOptions {
  /** The server's PUBLIC_URL, for example `https://invitree.example.com`. */
  url: string | URL;
  /**
   * Used for every request.
   * @default globalThis.fetch
   */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /**
   * How long one attempt may take, in milliseconds.
   * @default 10000
   */
  timeout?: number | undefined;
  /** Headers for every request, or a function that returns them and is called for each request. */
  headers?:
    | Record<string, string>
    | (() => Record<string, string> | Promise<Record<string, string>>)
    | undefined;
  /**
   * How queries and `referral.activate` are retried after `NETWORK`, `TIMEOUT`, `UNAVAILABLE` and
   * `RATE_LIMITED`. Other calls are never retried. `false` turns retries off.
   */
  retry?: RetryOptions | false | undefined;
  /**
   * Language of error messages, for example `ru`.
   * @default what the platform's `fetch` sends as Accept-Language
   */
  locale?: string | undefined;
  /**
   * Called once when the user is signed out. Receives the error that ended the session; no error
   * after `auth.logout`, `profile.delete`, `session.forget` or a sign-out in another tab.
   */
  onSignedOut?: ((error?: InvitreeError) => void) | undefined;
}

interface BearerOptions extends SharedOptions {
  /**
   * How the session travels: as access and refresh tokens that the client holds, or as a cookie.
   * @default 'bearer'
   */
  transport?: 'bearer' | undefined;
  /**
   * Where tokens are stored: in memory, in `localStorage`, which all tabs of an origin share, or in
   * storage of your own. A client holds the session of one user: a server that acts for several
   * needs one client for each.
   * @default 'memory'
   */
  storage?: 'memory' | 'localStorage' | TokenStorage | undefined;
}

interface CookieOptions extends SharedOptions {
  /**
   * Keeps the session in an httpOnly cookie that scripts cannot read. For pages served from the
   * same site as the server.
   */
  transport: 'cookie';
  /** Not available with cookies: the client never sees a token. */
  storage?: undefined;
}

/** Options of `createClient`. */
export type ClientOptions = BearerOptions | CookieOptions;
