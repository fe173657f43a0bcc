import {
  createTRPCUntypedClient,
  httpBatchLink,
  httpLink,
  splitLink,
  TRPCClientError,
} from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import { readAnswer, toInvitreeError } from './answers.ts';
import type { Procedure } from './call.ts';
import type { ClientOptions } from './options.ts';

/** The URL of a batch names all its procedures. */
const BATCH_ITEMS = 10;
/** Characters; proxies commonly take 8,000. */
const URL_LENGTH = 4000;

export interface Request {
  /** As in `auth.verifyCode` */
  path: string;
  type: Procedure['type'];
  input: unknown;
  accessToken?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds, instead of the client's own. */
  timeout?: number;
}

/** Sends one request once. @throws InvitreeError */
export type Send = (request: Request) => Promise<unknown>;

type Options = Pick<
  ClientOptions,
  'url' | 'fetch' | 'timeout' | 'headers' | 'locale' | 'transport'
>;

/** Calls of one tick that carry the same token, or none, share a request. */
export function createTransport(options: Options): Send {
  const { fetch: ownFetch, timeout = 10_000, headers, locale, transport } = options;
  const url = `${String(options.url).replace(/\/+$/, '')}/trpc`;
  const send = ownFetch ?? ((to: string, init: RequestInit) => globalThis.fetch(to, init));

  function connect(accessToken: string | undefined, milliseconds: number) {
    const link = {
      url,
      headers: async () => ({
        ...(locale && { 'accept-language': locale }),
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
        ...(typeof headers === 'function' ? await ask(headers) : headers),
      }),
      fetch: async (to: unknown, init: unknown) => {
        const request = init as RequestInit;
        const limit = AbortSignal.timeout(milliseconds);
        const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
        return readAnswer(() =>
          send(String(to), {
            ...request,
            signal,
            ...(transport === 'cookie' && { credentials: 'include' }),
          }),
        );
      },
    };
    return createTRPCUntypedClient<AnyTRPCRouter>({
      links: [
        splitLink({
          condition: ({ context }) => context['alone'] === true,
          true: httpLink(link),
          false: httpBatchLink({ ...link, maxItems: BATCH_ITEMS, maxURLLength: URL_LENGTH }),
        }),
      ],
    });
  }

  const anonymous = connect(undefined, timeout);
  let latest = { accessToken: '', trpc: anonymous };

  function clientFor({ accessToken, timeout: own }: Request) {
    if (own !== undefined) return connect(accessToken, own);
    if (!accessToken) return anonymous;
    if (latest.accessToken !== accessToken)
      latest = { accessToken, trpc: connect(accessToken, timeout) };
    return latest.trpc;
  }

  const countCalls = countInTask();

  return async (request) => {
    const { path, type, input, signal } = request;
    // A batch waits for others by a timer, in Node a millisecond: a call alone need not.
    const context = { alone: (await countCalls()) === 1 };
    try {
      return await clientFor(request)[type](path, input, { context, ...(signal && { signal }) });
    } catch (error) {
      if (!(error instanceof TRPCClientError)) throw error;
      const cause: unknown = error.cause;
      throw cause instanceof OwnError ? cause.thrown : toInvitreeError(error);
    }
  };
}

/** Says to each who asks, after the present task, how many asked in it. */
function countInTask(): () => Promise<number> {
  const { setImmediate = setTimeout } = globalThis as {
    setImmediate?: (work: () => void) => unknown;
  };
  let asked = 0;
  let answer: Promise<number> | undefined;
  return () => {
    asked += 1;
    answer ??= new Promise((resolve) => {
      setImmediate(() => {
        resolve(asked);
        asked = 0;
        answer = undefined;
      });
    });
    return answer;
  };
}

/** Carries what the caller's own function threw past tRPC, which would take it for its own. */
class OwnError {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    this.thrown = thrown;
  }
}

async function ask<T>(own: () => T | Promise<T>): Promise<T> {
  try {
    return await own();
  } catch (error) {
    throw new OwnError(error);
  }
}
