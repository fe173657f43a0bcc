import type { InvitreeError } from './errors.ts';
import type { TokenStorage } from './storage.ts';

export interface RetryOptions {
  /** How often a call is sent at most, the first time included. 3 if left out. */
  attempts?: number | undefined;
  /** Milliseconds: the first wait is a random part of it, each next one of twice as much. 300 if left out. */
  minDelay?: number | undefined;
  /** Milliseconds: no wait is longer; an answer that asks for a longer one is final. 5,000 if left out. */
  maxDelay?: number | undefined;
}

interface CommonOptions {
  /** Where the server is, as in `https://invitree.example.com`: what its PUBLIC_URL says. */
  url: string | URL;
  /** Instead of the global `fetch`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Milliseconds that one attempt may take. 10,000 if left out. */
  timeout?: number | undefined;
  /** Sent with each request; a function is asked each time. */
  headers?:
    | Record<string, string>
    | (() => Record<string, string> | Promise<Record<string, string>>)
    | undefined;
  /**
   * How calls that only read, and `referral.activate`, are repeated when nothing came back or the
   * server asks to come later; nothing else is ever sent twice. `false`: not at all.
   */
  retry?: RetryOptions | false | undefined;
  /** The language of error messages, as in `ru`; what the platform sends if left out. */
  locale?: string | undefined;
  /**
   * Called once when the person is signed out: with the error that says why, or without one after
   * `auth.logout`, `profile.delete`, `session.forget`, or a sign-out in another tab.
   */
  onSignedOut?: ((error?: InvitreeError) => void) | undefined;
}

interface BearerOptions extends CommonOptions {
  transport?: 'bearer' | undefined;
  /**
   * Where tokens are kept: `memory` (if left out), `localStorage`, which all tabs of an origin share,
   * or two functions of your own. Keep one client a person: on a server that acts for many, one each.
   */
  storage?: 'memory' | 'localStorage' | TokenStorage | undefined;
}

interface CookieOptions extends CommonOptions {
  /** The session is an httpOnly cookie: for pages of the server's own site. No script sees a token. */
  transport: 'cookie';
  storage?: undefined;
}

export type ClientOptions = BearerOptions | CookieOptions;
