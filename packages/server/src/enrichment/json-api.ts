import {
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  TimeoutStrategy,
  timeout as timeoutPolicy,
  wrap,
} from 'cockatiel';
import { LRUCache } from 'lru-cache';
import { DAY, SECOND } from '../core/time.ts';

/** Responses take a few kilobytes. A larger one is an error. */
const MAX_RESPONSE_BYTES = 256 * 1024;

/** The circuit opens after this many consecutive failures. */
const FAILURES_TO_OPEN = 5;
/** How long the circuit stays open before one request tests the API again. */
const OPEN_DURATION = 30 * SECOND;

const CACHE = { max: 10_000, ttl: DAY };

interface Options<Result> {
  url(key: string): URL;
  headers: Record<string, string>;
  /** Milliseconds for a whole request and response. */
  timeout: number;
  /**
   * Converts a response. `body` is undefined unless the status is a success. An exception counts as
   * a failed request.
   */
  parse(status: number, body: unknown): Result;
  /** True if the API would return the same result tomorrow, so it may be cached. */
  isFinal(result: Result): boolean;
}

/**
 * Creates a client for a third-party JSON API, which may be slow, broken or malicious. Each request
 * has a timeout and a size limit, a circuit breaker makes an outage cheap, and results are cached.
 * @returns a function that looks up a key and rejects if the API gives no valid response
 */
export function jsonApiClient<Result extends object | string>({
  url,
  headers,
  timeout,
  parse,
  isFinal,
}: Options<Result>): (key: string) => Promise<Result> {
  const cache = new LRUCache<string, Result>(CACHE);
  const policy = wrap(
    circuitBreaker(handleAll, {
      halfOpenAfter: OPEN_DURATION,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    }),
    timeoutPolicy(timeout, TimeoutStrategy.Aggressive),
  );
  return async (key) => {
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const result = await policy.execute(async ({ signal }) => {
      // Following a redirect could send the API key to another host.
      const response = await fetch(url(key), { headers, signal, redirect: 'error' });
      const body = response.ok ? await readJson(response) : await discard(response);
      return parse(response.status, body);
    });
    if (isFinal(result)) cache.set(key, result);
    return result;
  };
}

async function discard({ body }: Response): Promise<undefined> {
  await body?.cancel();
}

async function readJson({ body }: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES)
      throw new Error(`The response is larger than ${MAX_RESPONSE_BYTES} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // JSON.parse quotes the response, which may contain anything, and this message is logged.
    throw new Error('The response is not JSON');
  }
}
