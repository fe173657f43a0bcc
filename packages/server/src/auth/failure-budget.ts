import { DomainError } from '../core/errors.ts';
import { isListed, networkOf, subscriberNetwork } from '../core/ip-network.ts';
import { DAY, HOUR, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { ProofMethod } from '../observability/guessing-alarm.ts';
import type { Client } from '../sessions/sessions.ts';
import { type Counter, countAttempt } from './counters.ts';

const PER_HOUR = HOUR / SECOND;
const PER_DAY = DAY / SECOND;

/**
 * Wrong codes and passwords per address, whatever account they are for and whichever procedure or
 * protocol judges them. A sprayer tries one guess on each of many accounts, so limits per account
 * do not see them.
 */
const ADDRESS_LIMITS = {
  'proof.hour': { points: 30, seconds: PER_HOUR },
  'proof.day': { points: 100, seconds: PER_DAY },
};

/** The same per IPv6 /48, which one customer may hold: it has 65,536 subscriber networks. */
const WIDE_LIMITS = {
  'proof.wide.hour': { points: 300, seconds: PER_HOUR },
  'proof.wide.day': { points: 1_000, seconds: PER_DAY },
};

/**
 * Judges a code or password within the failure budget of the client's address. The attempt is
 * counted before it is judged and refunded unless the proof was wrong, so parallel attempts cannot
 * exceed the budget, and right ones cost nothing.
 * @throws DomainError RATE_LIMITED, UNAVAILABLE, and what `attempt` throws
 */
export async function withFailureBudget<Result>(
  deps: Pick<Deps, 'config' | 'limiter' | 'metrics' | 'guessingAlarm'>,
  { method, client }: { method: ProofMethod; client: Client },
  attempt: () => Promise<Result>,
): Promise<Result> {
  const isExempt = isListed(deps.config.RATE_LIMIT_EXEMPT, client.ip);
  const refund = await countAttempt(deps, isExempt ? [] : countersOf(client.ip));
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

function countersOf(ip: string): Counter[] {
  const network = subscriberNetwork(ip);
  const counters = (limits: typeof ADDRESS_LIMITS | typeof WIDE_LIMITS, key: string) =>
    Object.entries(limits).map(([name, limit]) => ({ name, key, limit }));
  return [
    ...counters(ADDRESS_LIMITS, network),
    ...(network.includes(':') ? counters(WIDE_LIMITS, networkOf(ip, { ipv4: 32, ipv6: 48 })) : []),
  ];
}
