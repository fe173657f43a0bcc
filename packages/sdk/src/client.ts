import { aborted } from './answers.ts';
import type { CallOptions, Page, Procedure } from './call.ts';
import { type InvitreeError, isInvitreeError, type Reason } from './errors.ts';
import { type Activation, type Api, PROCEDURES, type Profile } from './generated/api.ts';
import type { ClientOptions } from './options.ts';
import { sleep, waitAfter } from './retry.ts';
import { type Issued, Session } from './session.ts';
import { browserStorage, memoryStorage } from './storage.ts';
import { createTransport, type Send } from './transport.ts';

/** The server answers a refresh token again for so long, in milliseconds: a lost answer is asked for anew. */
const REFRESH_GRACE = 10_000;

const SIGN_INS = new Set(['auth.verifyCode', 'auth.register', 'auth.login']);
const SIGN_OUTS = new Set(['auth.logout', 'profile.delete']);
/** Mutations that may be sent again after a lost answer. */
const REPEATABLE = new Set(['referral.activate']);
const TOKEN_REFUSED = new Set<Reason>(['TOKEN_INVALID', 'TOKEN_EXPIRED', 'TOKEN_MISSING']);

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

  /** Sends a request with the person's token, and once more if that was refused and a new one was not. */
  async function authorized(
    path: string,
    { type, access }: Procedure,
    input: unknown,
    signal?: AbortSignal,
  ) {
    if (access === 'anyone') return send({ path, type, input, signal });
    const tokens = await session.fresh();
    try {
      return await send({ path, type, input, signal, accessToken: tokens?.accessToken });
    } catch (error) {
      if (!isInvitreeError(error) || !TOKEN_REFUSED.has(error.reason)) throw error;
      const renewed = tokens && (await session.renew(tokens));
      if (!renewed) {
        session.signedOut(error);
        throw error;
      }
      return send({ path, type, input, signal, accessToken: renewed.accessToken });
    }
  }

  async function repeated(
    path: string,
    procedure: Procedure,
    input: unknown,
    signal?: AbortSignal,
  ) {
    const { type } = procedure;
    let lost = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await authorized(path, procedure, input, signal);
      } catch (error) {
        if (!isInvitreeError(error) || signal?.aborted) throw error;
        if (lost && error.is('ALREADY_ACTIVATED')) return activated(error, input);
        const wait =
          type === 'query' || REPEATABLE.has(path)
            ? waitAfter(attempt, error, options.retry)
            : undefined;
        if (wait === undefined) throw error;
        lost ||= error.reason !== 'RATE_LIMITED';
        await sleep(wait);
      }
    }
  }

  async function call(path: string, given: unknown, signal?: AbortSignal): Promise<unknown> {
    const procedure = PROCEDURES[path] as Procedure;
    const input = procedure.input === 'none' ? undefined : (given ?? {});
    if (!SIGN_INS.has(path)) {
      const output = await repeated(path, procedure, input, signal);
      if (isIssued(output)) await session.begin(output);
      if (SIGN_OUTS.has(path)) await session.end();
      return output;
    }
    const cookie = options.transport === 'cookie' && { transport: 'cookie' };
    const output = await repeated(path, procedure, { ...(input as object), ...cookie }, signal);
    if (isIssued(output)) await session.begin(output);
    else session.signedIn();
    return output;
  }

  /** The answer that was lost on the way, if the code in force is the one that was asked for. */
  async function activated(
    error: InvitreeError & { inviteCode: string; activatedAt: string },
    input: unknown,
  ): Promise<Activation> {
    const { inviteCode, activatedAt } = error;
    const asked = (input as { inviteCode: string }).inviteCode.trim().toUpperCase();
    if (asked !== inviteCode) throw error;
    const { id, referrerId } = (await call('profile.me', undefined)) as Profile;
    return { userId: id, referrerId: referrerId as string, inviteCode, activatedAt };
  }

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

/** Within the grace the server answers the same, so attempts are short and end before it does. */
async function refresh(send: Send, refreshToken: string): Promise<Issued> {
  const request = { path: 'auth.refresh', type: 'mutation', input: { refreshToken } } as const;
  const deadline = Date.now() + REFRESH_GRACE * 0.9;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const timeout = Math.min(REFRESH_GRACE * 0.4, deadline - Date.now());
      return (await send({ ...request, timeout })) as Issued;
    } catch (error) {
      const wait = isInvitreeError(error) ? waitAfter(attempt, error, {}) : undefined;
      if (wait === undefined || Date.now() + wait >= deadline) throw error;
      await sleep(wait);
    }
  }
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

function isIssued(output: unknown): output is Issued {
  return typeof (output as Partial<Issued> | null)?.refreshToken === 'string';
}
