import { DomainError } from '../core/errors.ts';
import { isListed, siteNetwork, subscriberNetwork } from '../core/ip-network.ts';
import { DAY, HOUR, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { ProofMethod } from '../observability/guessing-alarm.ts';
import type { Limit } from '../redis/port.ts';
import type { Client } from '../sessions/sessions.ts';
import { type Counter, countAttempt } from './counters.ts';

/**
 * Wrong codes and passwords per address, whatever account they are for and whichever procedure or
 * protocol judges them. A sprayer tries one guess on each of many accounts, so limits per account
 * do not see them.
 */
const PER_HOUR: Limit = { points: 30, seconds: HOUR / SECOND };
const PER_DAY: Limit = { points: 100, seconds: DAY / SECOND };

/** An IPv6 /48 holds 65,536 networks of subscribers. Together they get this many times the guesses. */
const SITE_FACTOR = 10;

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
  const site = siteNetwork(ip);
  const ofSite = (limit: Limit) => ({ ...limit, points: SITE_FACTOR * limit.points });
  return [
    { name: 'proof.hour', key: network, limit: PER_HOUR },
    { name: 'proof.day', key: network, limit: PER_DAY },
    ...(site === undefined
      ? []
      : [
          { name: 'proof.hour.site', key: site, limit: ofSite(PER_HOUR) },
          { name: 'proof.day.site', key: site, limit: ofSite(PER_DAY) },
        ]),
  ];
}
