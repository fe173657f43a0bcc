import { createCaller } from './caller.ts';
import type { Api } from './generated/api.ts';
import { PROCEDURES } from './generated/procedures.ts';
import type { CallOptions, Page } from './methods.ts';
import type { ClientOptions } from './options.ts';
import { refresh } from './refresh.ts';
import { abortedError } from './response.ts';
import { Session } from './session.ts';
import { browserStorage, memoryStorage } from './storage.ts';
import { createTransport } from './transport.ts';

/** A method for each of the server's procedures, and the session that they share. */
export interface Client extends Api {
  session: {
    /**
     * Returns a valid access token to send to your own backend, which verifies it with
     * `@invitree/sdk/verify`. Null if nobody is signed in or the session is in a cookie.
     * @throws InvitreeError if the token must be refreshed and that fails
     */
    accessToken(): Promise<string | null>;
    /** Deletes the tokens without a request to the server, for a sign-out while offline. */
    forget(): Promise<void>;
  };
}

/**
 * Creates a client for one Invitree server and one user.
 * @example
 * const client = createClient({ url: 'https://invitree.example.com', storage: 'localStorage' });
 * await client.auth.requestCode({ phone });
 * const { user } = await client.auth.verifyCode({ phone, code });
 */
export function createClient(options: ClientOptions): Client {
  const send = createTransport(options);
  const session = new Session({
    storage: storageFor(options),
    refresh: (refreshToken) => refresh(send, refreshToken),
    onSignedOut: options.onSignedOut,
  });

  const call = createCaller(send, session, options);
  const client: Record<string, Record<string, unknown>> = {
    session: {
      accessToken: async () => (await session.freshTokens())?.accessToken ?? null,
      forget: () => session.end(),
    },
  };
  for (const [path, { output }] of Object.entries(PROCEDURES)) {
    const [group, name] = path.split('.') as [string, string];
    const method = (input: unknown, { signal }: CallOptions = {}) =>
      rejectOnAbort(signal, () => call(path, input, signal));
    client[group] ??= {};
    client[group][name] =
      output === 'pages' ? Object.assign(method, { all: iterateWith(method) }) : method;
  }
  return client as unknown as Client;
}

function storageFor({ storage = 'memory', url }: ClientOptions) {
  if (storage === 'memory') return memoryStorage();
  return storage === 'localStorage' ? browserStorage(String(url)) : storage;
}

type FetchPage = (input: object, options?: CallOptions) => Promise<unknown>;

function iterateWith(fetchPage: FetchPage) {
  return async function* (input: object, options?: CallOptions) {
    let cursor = (input as { cursor?: string }).cursor;
    do {
      const page = (await fetchPage({ ...input, cursor }, options)) as Page<unknown>;
      yield* page.items;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  };
}

/** Rejects as soon as the signal is aborted, even if `work` is waiting for a retry or a refresh. */
function rejectOnAbort<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (!signal) return work();
  if (signal.aborted) return Promise.reject(abortedError(signal.reason));
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortedError(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
