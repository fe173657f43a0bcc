import type { InvitreeError } from './errors.ts';
import type { RetryOptions } from './options.ts';

const WORTH_IT = new Set(['NETWORK', 'TIMEOUT', 'UNAVAILABLE', 'RATE_LIMITED']);

/**
 * Milliseconds to wait after so many attempts; undefined when the error is final. A random part of a
 * growing wait, so that clients that failed together do not come back together, and never sooner
 * than the server asks for.
 */
export function waitAfter(
  attempt: number,
  { reason, retryAfter = 0 }: InvitreeError,
  options: RetryOptions | false = {},
): number | undefined {
  const { attempts = 3, minDelay = 300, maxDelay = 5000 } = options || { attempts: 1 };
  const asked = retryAfter * 1000;
  if (attempt >= attempts || !WORTH_IT.has(reason) || asked > maxDelay) return undefined;
  return Math.min(maxDelay, asked + Math.random() * minDelay * 2 ** (attempt - 1));
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
