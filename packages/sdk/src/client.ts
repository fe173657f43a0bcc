import { aborted } from './answers.ts';
import type { CallOptions, Page } from './call.ts';
import { createCaller } from './caller.ts';
import type { Api } from './generated/api.ts';
import { PROCEDURES } from './generated/procedures.ts';
import type { ClientOptions } from './options.ts';
import { refresh } from './refresh.ts';
import { Session } from './session.ts';
import { browserStorage, memoryStorage } from './storage.ts';
import { createTransport } from './transport.ts';

/** Every procedure of the server as a method, and the session that they share. */
export interface Client extends Api {
  session: {
    /**
     * An access token that is good for now, to send to a backend of your own, which verifies it with
     * `@invitree/sdk/verify`; null when nobody is signed in, or the session is in a cookie.
     */
    accessToken(): Promise<string | null>;
    /** Forgets the tokens without asking the server: a sign-out while offline. */
    forget(): Promise<void>;
  };
}

/**
 * A client of one Invitree server, for one person.
 * @example
 * const client = createClient({ url: 'https://invitree.example.com', storage: 'localStorage' });
 * await client.auth.requestCode({ phone });
 * const { user } = await client.auth.verifyCode({ phone, code });
 */
export function createClient(options: ClientOptions): Client {
  const send = createTransport(options);
  const session = new Session({
    storage: storageOf(options),
    refresh: (refreshToken) => refresh(send, refreshToken),
    onSignedOut: options.onSignedOut,
  });

  const call = createCaller(send, session, options);
  const client: Record<string, Record<string, unknown>> = {
    session: {
      accessToken: async () => (await session.fresh())?.accessToken ?? null,
      forget: () => session.end(),
    },
  };
  for (const [path, { output }] of Object.entries(PROCEDURES)) {
    const [group, name] = path.split('.') as [string, string];
    const method = (input: unknown, { signal }: CallOptions = {}) =>
      unlessAborted(signal, () => call(path, input, signal));
    client[group] ??= {};
    client[group][name] =
      output === 'pages' ? Object.assign(method, { all: itemsOf(method) }) : method;
  }
  return client as unknown as Client;
}

function storageOf({ storage = 'memory', url }: ClientOptions) {
  if (storage === 'memory') return memoryStorage();
  return storage === 'localStorage' ? browserStorage(String(url)) : storage;
}

type Method = (input: object, options?: CallOptions) => Promise<unknown>;

function itemsOf(method: Method) {
  return async function* (input: object, options?: CallOptions) {
    let cursor = (input as { cursor?: string }).cursor;
    do {
      const page = (await method({ ...input, cursor }, options)) as Page<unknown>;
      yield* page.items;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  };
}

/** Rejects as soon as the signal says so, whatever the work is waiting for. */
function unlessAborted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (!signal) return work();
  if (signal.aborted) return Promise.reject(aborted(signal));
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(aborted(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
