import { type InvitreeError, isInvitreeError, type Reason } from './errors.ts';
import type { TokenStorage, Tokens } from './storage.ts';

/** The fields of a sign-in's or refresh's response that the session needs. */
export interface TokenResponse {
  accessToken: string;
  refreshToken: string;
  /** Seconds until the access token expires. */
  expiresIn: number;
  user: { id: string };
}

/** Reasons for which a refresh can never succeed, so the session has ended. */
const SESSION_ENDED = new Set<Reason>([
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'REFRESH_REUSED',
  'USER_BLOCKED',
  'INPUT_INVALID',
]);

interface SessionOptions {
  storage: TokenStorage;
  /** Exchanges a refresh token, which works once. */
  refresh(refreshToken: string): Promise<TokenResponse>;
  onSignedOut: ((error?: InvitreeError) => void) | undefined;
}

/**
 * The tokens of one user. Changes run one at a time, under the storage's lock, and each first reads
 * what is stored. So the second of two concurrent refreshes gets the tokens of the first, and no
 * refresh undoes a sign-in or sign-out that happened in between.
 */
export class Session {
  readonly #options: SessionOptions;
  /** Tokens that the storage failed to save; undefined if there are none. */
  #unsaved: Tokens | null | undefined;
  /** How the user is signed in, to report a sign-out once. */
  #signedInBy: 'tokens' | 'cookie' | undefined;
  #lastChange: Promise<unknown> = Promise.resolve();
  #renewal: { refreshToken: string; tokens: Promise<Tokens | null> } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    // An error here also occurs in the next call, which reports it.
    options.storage.watch?.(() => void this.#load().catch(() => undefined));
  }

  /**
   * Returns tokens that are valid now, refreshed if necessary; null if nobody is signed in.
   * @throws InvitreeError
   */
  async freshTokens(): Promise<Tokens | null> {
    if (this.#unsaved !== undefined) await this.#exclusively(() => this.#saveUnsaved());
    const tokens = await this.#load();
    return tokens && Date.now() >= tokens.refreshAt ? this.renew(tokens) : tokens;
  }

  /**
   * Replaces tokens that the server rejected or that are about to expire. Concurrent calls share a
   * refresh. Returns null if their user has signed out since.
   * @throws InvitreeError
   */
  renew(stale: Tokens): Promise<Tokens | null> {
    const { refreshToken } = stale;
    if (this.#renewal?.refreshToken !== refreshToken) {
      const renewal = { refreshToken, tokens: this.#exclusively(() => this.#refresh(stale)) };
      this.#renewal = renewal;
      const done = () => {
        if (this.#renewal === renewal) this.#renewal = undefined;
      };
      renewal.tokens.then(done, done);
    }
    return this.#renewal.tokens;
  }

  /** Stores the tokens of a sign-in. */
  start(response: TokenResponse): Promise<void> {
    return this.#exclusively(() => this.#save(tokensFrom(response)));
  }

  /** Notes a sign-in by cookie. The browser stores the session. */
  startWithCookie(): void {
    this.#signedInBy = 'cookie';
  }

  /** Deletes the tokens and calls `onSignedOut`. */
  async end(): Promise<void> {
    await this.#exclusively(() => this.#save(null));
    this.notifySignedOut();
  }

  /** Calls `onSignedOut`, once per sign-in. */
  notifySignedOut(error?: InvitreeError): void {
    if (!this.#signedInBy) return;
    this.#signedInBy = undefined;
    const { onSignedOut } = this.#options;
    // In a microtask, so that an error thrown by the callback does not fail the call.
    if (onSignedOut) queueMicrotask(() => onSignedOut(error));
  }

  async #refresh(stale: Tokens): Promise<Tokens | null> {
    await this.#saveUnsaved();
    const stored = await this.#load();
    if (stored?.refreshToken !== stale.refreshToken)
      return stored?.userId === stale.userId ? stored : null;
    try {
      const tokens = tokensFrom(await this.#options.refresh(stale.refreshToken));
      await this.#save(tokens);
      return tokens;
    } catch (error) {
      if (isInvitreeError(error) && SESSION_ENDED.has(error.reason)) {
        await this.#save(null);
        this.notifySignedOut(error);
      }
      throw error;
    }
  }

  async #load(): Promise<Tokens | null> {
    const tokens = await this.#options.storage.load();
    if (tokens) this.#signedInBy = 'tokens';
    else if (this.#signedInBy === 'tokens') this.notifySignedOut();
    return tokens;
  }

  async #saveUnsaved(): Promise<void> {
    if (this.#unsaved !== undefined) await this.#save(this.#unsaved);
  }

  async #save(tokens: Tokens | null): Promise<void> {
    this.#unsaved = tokens;
    await this.#options.storage.save(tokens);
    this.#unsaved = undefined;
    if (tokens) this.#signedInBy = 'tokens';
  }

  /** Runs one change after the previous one, and while no other tab or process runs any. */
  #exclusively<T>(change: () => Promise<T>): Promise<T> {
    const { storage } = this.#options;
    const result = this.#lastChange.then(() => (storage.lock ? storage.lock(change) : change()));
    this.#lastChange = result.catch(() => undefined);
    return result;
  }
}

function tokensFrom({ accessToken, refreshToken, expiresIn, user }: TokenResponse): Tokens {
  // Nine tenths of the lifetime, in milliseconds.
  const refreshAt = Date.now() + expiresIn * 900;
  return { accessToken, refreshToken, userId: user.id, refreshAt };
}
