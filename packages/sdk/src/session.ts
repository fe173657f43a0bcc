import { type InvitreeError, isInvitreeError, type Reason } from './errors.ts';
import type { TokenStorage, Tokens } from './storage.ts';

/** What sign-ins and refreshes answer with, as far as keeping the session goes. */
export interface Issued {
  accessToken: string;
  refreshToken: string;
  /** Seconds */
  expiresIn: number;
  user: { id: string };
}

/** A refresh that fails so will never succeed: the session is over. */
const OVER = new Set<Reason>([
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'REFRESH_REUSED',
  'USER_BLOCKED',
  'INPUT_INVALID',
]);

interface SessionOptions {
  storage: TokenStorage;
  /** Trades a refresh token, once. */
  refresh(refreshToken: string): Promise<Issued>;
  onSignedOut: ((error?: InvitreeError) => void) | undefined;
}

/**
 * The tokens of one person. Every change happens in turn, under the storage's lock, and looks at what
 * is stored first: of two refreshes the second takes what the first one got, and none undoes a
 * sign-in or a sign-out that came in between.
 */
export class Session {
  readonly #options: SessionOptions;
  /** What the storage failed to take. */
  #unsaved: Tokens | null | undefined;
  #by: 'tokens' | 'cookie' | undefined;
  #lastTurn: Promise<unknown> = Promise.resolve();
  #renewal: { of: string; tokens: Promise<Tokens | null> } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    // What fails here, the next call will say.
    options.storage.watch?.(() => void this.#load().catch(() => undefined));
  }

  /** Tokens good for a request now; null when nobody is signed in. @throws InvitreeError */
  async fresh(): Promise<Tokens | null> {
    if (this.#unsaved !== undefined) await this.#inTurn(() => this.#flush());
    const tokens = await this.#load();
    return tokens && Date.now() >= tokens.refreshAt ? this.renew(tokens) : tokens;
  }

  /** The tokens after these; null if that person has been signed out meanwhile. @throws InvitreeError */
  renew(stale: Tokens): Promise<Tokens | null> {
    if (this.#renewal?.of !== stale.refreshToken) {
      const renewal = { of: stale.refreshToken, tokens: this.#inTurn(() => this.#trade(stale)) };
      this.#renewal = renewal;
      const done = () => {
        if (this.#renewal === renewal) this.#renewal = undefined;
      };
      renewal.tokens.then(done, done);
    }
    return this.#renewal.tokens;
  }

  /** Signs in. */
  begin(issued: Issued): Promise<void> {
    return this.#inTurn(() => this.#save(tokensOf(issued)));
  }

  /** Signs out here. */
  async end(): Promise<void> {
    await this.#inTurn(() => this.#save(null));
    this.signedOut();
  }

  /** Signs in by a cookie, which the browser keeps. */
  beginInCookie(): void {
    this.#by = 'cookie';
  }

  /** Tells, once. */
  signedOut(error?: InvitreeError): void {
    if (!this.#by) return;
    this.#by = undefined;
    const { onSignedOut } = this.#options;
    // What the callback throws is its own affair.
    if (onSignedOut) queueMicrotask(() => onSignedOut(error));
  }

  async #trade(stale: Tokens): Promise<Tokens | null> {
    await this.#flush();
    const stored = await this.#load();
    if (stored?.refreshToken !== stale.refreshToken)
      return stored?.userId === stale.userId ? stored : null;
    try {
      const tokens = tokensOf(await this.#options.refresh(stale.refreshToken));
      await this.#save(tokens);
      return tokens;
    } catch (error) {
      if (isInvitreeError(error) && OVER.has(error.reason)) {
        await this.#save(null);
        this.signedOut(error);
      }
      throw error;
    }
  }

  async #load(): Promise<Tokens | null> {
    const tokens = await this.#options.storage.load();
    if (tokens) this.#by = 'tokens';
    else if (this.#by === 'tokens') this.signedOut();
    return tokens;
  }

  async #flush(): Promise<void> {
    if (this.#unsaved !== undefined) await this.#save(this.#unsaved);
  }

  async #save(tokens: Tokens | null): Promise<void> {
    this.#unsaved = tokens;
    await this.#options.storage.save(tokens);
    this.#unsaved = undefined;
    if (tokens) this.#by = 'tokens';
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const { storage } = this.#options;
    const turn = this.#lastTurn.then(() => (storage.lock ? storage.lock(work) : work()));
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }
}

function tokensOf({ accessToken, refreshToken, expiresIn, user }: Issued): Tokens {
  const refreshAt = Date.now() + expiresIn * 900;
  return { accessToken, refreshToken, userId: user.id, refreshAt };
}
