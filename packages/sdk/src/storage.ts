/** The tokens of a session. Opaque to storages: store them as JSON and return them unchanged. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** The user who is signed in. */
  userId: string;
  /**
   * When to refresh, in milliseconds since the Unix epoch: after nine tenths of the access token's
   * lifetime.
   */
  refreshAt: number;
}

/**
 * Stores the tokens of one user. Methods may be asynchronous. `load` is called before each request,
 * to see what other tabs and processes have saved, so it should be fast.
 */
export interface TokenStorage {
  /** Returns the tokens last saved, or null if nobody is signed in. */
  load(): Tokens | null | Promise<Tokens | null>;
  /**
   * Saves the tokens; null deletes them. If it throws, the call rejects with that error; the tokens
   * stay in memory and the next call saves them first.
   */
  save(tokens: Tokens | null): void | Promise<void>;
  /**
   * Runs `work` while no other tab or process runs any for the same storage. Without it, two that
   * refresh at the same time rely on the server, which returns the same tokens to both within 10
   * seconds.
   */
  lock?<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Registers a listener to call when another tab or process saves tokens. Without it, a sign-out
   * elsewhere is only noticed at the next call.
   */
  watch?(changed: () => void): void;
}

/** Keeps tokens for as long as the client exists. */
export function memoryStorage(): TokenStorage {
  let stored: Tokens | null = null;
  return {
    load: () => stored,
    save(tokens) {
      stored = tokens;
    },
  };
}

/**
 * Keeps tokens in localStorage, one entry per server URL. Tabs take turns through the Web Locks API
 * where it exists. A tab may still read a stale entry, because writes reach other processes with a
 * delay; the server's grace period for used refresh tokens covers that.
 */
export function browserStorage(url: string): TokenStorage {
  const key = `invitree:${url}`;
  return {
    load: () => parseTokens(localStorage.getItem(key)),
    save(tokens) {
      if (tokens) localStorage.setItem(key, JSON.stringify(tokens));
      else localStorage.removeItem(key);
    },
    lock: (work) => {
      const locks = globalThis.navigator?.locks as LockManager | undefined;
      return locks ? locks.request(key, work) : work();
    },
    watch(changed) {
      // Fires in the other tabs only. The key is null after localStorage.clear().
      (globalThis as StorageEvents).addEventListener?.('storage', (event) => {
        if (event.key === key || event.key === null) changed();
      });
    },
  };
}

// Declared here because the SDK compiles without the DOM library, to stay portable.
interface StorageEvents {
  addEventListener?(type: 'storage', listener: (event: { key: string | null }) => void): void;
}

interface LockManager {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Treats an entry that the SDK did not write as signed out. */
function parseTokens(text: string | null): Tokens | null {
  try {
    const tokens = JSON.parse(text ?? 'null') as Tokens | null;
    return typeof tokens?.refreshToken === 'string' ? tokens : null;
  } catch {
    return null;
  }
}
