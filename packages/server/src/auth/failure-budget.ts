import { DomainError } from '../core/errors.ts';
import { isListed, networkOf, subscriberNetwork } from '../core/ip-network.ts';
import { DAY, HOUR, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { ProofMethod } from '../observability/guessing-alarm.ts';
import type { Limit } from '../redis/port.ts';
import type { Client } from '../sessions/sessions.ts';

/**
 * Wrong codes and passwords per address, whatever account they are for and whichever procedure or
 * protocol judges them. A sprayer tries one guess on each of many accounts, so limits per account
 * do not see them.
 */
const ADDRESS_LIMITS: Record<string, Limit> = {
  'proof.hour': { points: 30, seconds: HOUR / SECOND },
  'proof.day': { points: 100, seconds: DAY / SECOND },
};

/** The same per IPv6 /48, which one customer may hold: it has 65,536 subscriber networks. */
const WIDE_LIMITS: Record<string, Limit> = {
  'proof.wide.hour': { points: 300, seconds: HOUR / SECOND },
  'proof.wide.day': { points: 1_000, seconds: DAY / SECOND },
};

type BudgetDeps = Pick<Deps, 'config' | 'limiter' | 'metrics' | 'guessingAlarm'>;

/**
 * Judges a code or password within the failure budget of the client's address. The attempt is
 * counted before it is judged and refunded unless the proof was wrong, so parallel attempts cannot
 * exceed the budget, and right ones cost nothing.
 * @throws DomainError RATE_LIMITED, UNAVAILABLE, and what `attempt` throws
 */
export async function withFailureBudget<Result>(
  deps: BudgetDeps,
  { method, client }: { method: ProofMethod; client: Client },
  attempt: () => Promise<Result>,
): Promise<Result> {
  const refund = await consume(deps, client.ip);
  try {
    const result = await attempt();
    deps.guessingAlarm.countAccepted(method);
    refund();
    return result;
  } catch (error) {
    if (isWrongProof(error)) deps.guessingAlarm.countFailed(method);
    else refund();
    throw error;
  }
}

function isWrongProof(error: unknown): boolean {
  return error instanceof DomainError && ['CODE_WRONG', 'CREDENTIALS_WRONG'].includes(error.reason);
}

/** Counts an attempt against every budget of the address. Returns a function that reverts that. */
async function consume({ config, limiter, metrics }: BudgetDeps, ip: string): Promise<() => void> {
  const counters = isListed(config.RATE_LIMIT_EXEMPT, ip) ? [] : countersOf(ip);
  // Not awaited: the response does not depend on it, and it never rejects.
  const refund = () => {
    for (const { name, key, limit } of counters) limiter.refund(name, key, limit);
  };
  const results = await Promise.all(
    counters.map(async ({ name, key, limit }) => ({
      name,
      wait: (await limiter.consume(name, key, limit)).wait,
    })),
  );
  const [refused] = results.filter(({ wait }) => wait > 0).sort((a, b) => b.wait - a.wait);
  if (!refused) return refund;
  // An attempt that is refused is not judged, so it is no failure either.
  refund();
  metrics.count('invitree_rate_limited_total', { limit: refused.name });
  throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(refused.wait / SECOND) });
}

function countersOf(ip: string) {
  const network = subscriberNetwork(ip);
  const isIpv6 = network.includes(':');
  const wide = networkOf(ip, { ipv4: 32, ipv6: 48 });
  return [
    ...Object.entries(ADDRESS_LIMITS).map(([name, limit]) => ({ name, key: network, limit })),
    ...(isIpv6
      ? Object.entries(WIDE_LIMITS).map(([name, limit]) => ({ name, key: wide, limit }))
      : []),
  ];
}
