/** What keeps a person signed in. Opaque: store it as JSON and hand it back as it was. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** Whose they are. */
  userId: string;
  /** When to trade them for new ones, in milliseconds since 1970: nine tenths into the access token's life. */
  refreshAt: number;
}

/**
 * Where tokens are kept. `load` is called before each request, so that what another tab or process
 * has stored counts; keep it quick. Both may be asynchronous. What `save` throws, the call rejects
 * with; the tokens stay in memory, and the next call saves them first.
 */
export interface TokenStorage {
  /** The tokens as last saved; null when nobody is signed in. */
  load(): Tokens | null | Promise<Tokens | null>;
  /** null signs out. */
  save(tokens: Tokens | null): void | Promise<void>;
  /**
   * Runs `work` while no other tab or process does so for the same storage. Without it, two that
   * refresh at the same instant rely on the server, which answers both alike within 10 seconds.
   */
  lock?<T>(work: () => Promise<T>): Promise<T>;
  /** Calls back whenever another tab or process has saved, so that a sign-out there is noticed at once. */
  watch?(changed: () => void): void;
}

export function memoryStorage(): TokenStorage {
  let kept: Tokens | null = null;
  return {
    load: () => kept,
    save(tokens) {
      kept = tokens;
    },
  };
}

/**
 * One entry an address of a server. Tabs take turns through the Web Locks API where there is one; what
 * one has saved reaches the processes of others a moment later, for which the server's grace is there.
 */
export function browserStorage(url: string): TokenStorage {
  const key = `invitree:${url}`;
  return {
    load: () => parse(localStorage.getItem(key)),
    save(tokens) {
      if (tokens) localStorage.setItem(key, JSON.stringify(tokens));
      else localStorage.removeItem(key);
    },
    lock: (work) => {
      const locks = globalThis.navigator?.locks as LockManager | undefined;
      return locks ? locks.request(key, work) : work();
    },
    watch(changed) {
      // The event is for the other tabs; its key is null when all was cleared.
      (globalThis as StorageEvents).addEventListener?.('storage', (event) => {
        if (event.key === key || event.key === null) changed();
      });
    },
  };
}

// Declared here, for the types of browsers are not those of servers.
interface StorageEvents {
  addEventListener?(type: 'storage', listener: (event: { key: string | null }) => void): void;
}

interface LockManager {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** What is not ours signs nobody in. */
function parse(text: string | null): Tokens | null {
  try {
    const tokens = JSON.parse(text ?? 'null') as Tokens | null;
    return typeof tokens?.refreshToken === 'string' ? tokens : null;
  } catch {
    return null;
  }
}
