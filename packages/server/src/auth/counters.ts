import { DomainError } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { Limit } from '../redis/port.ts';

/** A limit and the key that it applies to. */
export interface Counter {
  name: string;
  key: string;
  limit: Limit;
}

/**
 * Counts an attempt against every limit before it is judged, so that parallel attempts cannot exceed
 * one. An attempt that one of them refuses counts against none.
 * @returns a function that reverts the count, for an attempt that turns out not to count
 * @throws DomainError RATE_LIMITED, UNAVAILABLE
 */
export async function countAttempt(
  { limiter, metrics }: Pick<Deps, 'limiter' | 'metrics'>,
  counters: readonly Counter[],
): Promise<() => void> {
  // Not awaited: the response does not depend on it, and it never rejects.
  const refund = () => {
    for (const { name, key, limit } of counters) limiter.refund(name, key, limit);
  };
  const results = await Promise.all(
    counters.map(({ name, key, limit }) => limiter.consume(name, key, limit)),
  );
  const wait = Math.max(0, ...results.map((result) => result.wait));
  if (wait === 0) return refund;
  refund();
  counters.forEach(({ name }, i) => {
    if (results[i]?.wait) metrics.count('invitree_rate_limited_total', { limit: name });
  });
  throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(wait / SECOND) });
}
