import {
  createTRPCUntypedClient,
  httpBatchLink,
  httpLink,
  splitLink,
  TRPCClientError,
} from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import { createCallCounter } from './count-calls.ts';
import type { Procedure } from './methods.ts';
import type { ClientOptions } from './options.ts';
import { readResponse, toInvitreeError } from './response.ts';

/** Calls per batch. The URL names each of them. */
const MAX_BATCH_SIZE = 10;
/** Characters. Proxies commonly accept 8,000. */
const MAX_URL_LENGTH = 4000;

export interface ProcedureRequest {
  /** For example `auth.verifyCode`. */
  path: string;
  type: Procedure['type'];
  input: unknown;
  accessToken?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds; overrides the client's timeout. */
  timeout?: number;
}

/**
 * Sends a request, without retries.
 * @throws InvitreeError, or whatever the `headers` function throws
 */
export type Send = (request: ProcedureRequest) => Promise<unknown>;

type TransportOptions = Pick<
  ClientOptions,
  'url' | 'fetch' | 'timeout' | 'headers' | 'locale' | 'transport'
>;

/** Creates a `Send` that batches calls of the same tick if they carry the same token or none. */
export function createTransport(options: TransportOptions): Send {
  const { timeout: defaultTimeout = 10_000, headers, locale, transport } = options;
  const url = `${String(options.url).replace(/\/+$/, '')}/trpc`;
  const fetch = options.fetch ?? ((to: string, init: RequestInit) => globalThis.fetch(to, init));

  function createTrpcClient(accessToken: string | undefined, timeout: number) {
    const link = {
      url,
      headers: async () => ({
        ...(locale && { 'accept-language': locale }),
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
        ...(typeof headers === 'function' ? await runCallback(headers) : headers),
      }),
      fetch: async (to: unknown, init: unknown) => {
        const request = init as RequestInit;
        const limit = AbortSignal.timeout(timeout);
        const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
        return readResponse(() =>
          fetch(String(to), {
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
          condition: ({ context }) => context['batch'] === true,
          true: httpBatchLink({ ...link, maxItems: MAX_BATCH_SIZE, maxURLLength: MAX_URL_LENGTH }),
          false: httpLink(link),
        }),
      ],
    });
  }

  const anonymous = createTrpcClient(undefined, defaultTimeout);
  let latest = { accessToken: '', trpc: anonymous };

  function trpcClientFor({ accessToken, timeout }: ProcedureRequest) {
    if (timeout !== undefined) return createTrpcClient(accessToken, timeout);
    if (!accessToken) return anonymous;
    if (latest.accessToken !== accessToken)
      latest = { accessToken, trpc: createTrpcClient(accessToken, defaultTimeout) };
    return latest.trpc;
  }

  const countCalls = createCallCounter();

  return async (request) => {
    const { path, type, input, signal } = request;
    // tRPC's batching waits for a timer, at least 1 ms in Node. A single call skips it.
    const context = { batch: (await countCalls()) > 1 };
    try {
      const trpc = trpcClientFor(request);
      return await trpc[type](path, input, { context, ...(signal && { signal }) });
    } catch (error) {
      if (!(error instanceof TRPCClientError)) throw error;
      const cause: unknown = error.cause;
      throw cause instanceof CallbackError ? cause.thrown : toInvitreeError(error);
    }
  };
}

/** Carries what the `headers` function threw through tRPC, which wraps errors in its own. */
class CallbackError {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    this.thrown = thrown;
  }
}

async function runCallback<T>(callback: () => T | Promise<T>): Promise<T> {
  try {
    return await callback();
  } catch (error) {
    throw new CallbackError(error);
  }
}
