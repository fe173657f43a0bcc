import type { InvitreeError } from './errors.ts';
import type { RetryOptions } from './options.ts';

const RETRYABLE = new Set(['NETWORK', 'TIMEOUT', 'UNAVAILABLE', 'RATE_LIMITED']);

/**
 * Returns the milliseconds to wait before the next attempt, or undefined if the error is final.
 * The delay is at least Retry-After, plus exponential backoff with full jitter, so that clients
 * that failed together do not retry together.
 * @param attempt number of attempts so far
 */
export function retryDelay(
  attempt: number,
  { reason, retryAfter = 0 }: InvitreeError,
  options: RetryOptions | false = {},
): number | undefined {
  const { attempts = 3, minDelay = 300, maxDelay = 5000 } = options || { attempts: 1 };
  const serverDelay = retryAfter * 1000;
  if (attempt >= attempts || !RETRYABLE.has(reason) || serverDelay > maxDelay) return undefined;
  return Math.min(maxDelay, serverDelay + Math.random() * minDelay * 2 ** (attempt - 1));
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
