import { DomainError } from '../core/errors.ts';
import { isListed, subscriberNetwork } from '../core/ip-network.ts';
import { HOUR, MINUTE, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { Limit, RateLimitResult } from '../redis/port.ts';

/** Calls allowed per IP address. Limits per phone live with the rules for one-time codes. */
const ADDRESS_LIMITS = {
  'auth.requestCode': { points: 30, seconds: HOUR / SECOND },
  'auth.verifyCode': { points: 60, seconds: (10 * MINUTE) / SECOND },
  'auth.register': { points: 30, seconds: HOUR / SECOND },
  'auth.login': { points: 100, seconds: (10 * MINUTE) / SECOND },
  'auth.refresh': { points: 300, seconds: (10 * MINUTE) / SECOND },
  'oauth.token': { points: 100, seconds: (10 * MINUTE) / SECOND },
  'oauth.revoke': { points: 300, seconds: (10 * MINUTE) / SECOND },
  'referral.checkCode': { points: 60, seconds: MINUTE / SECOND },
} satisfies Record<string, Limit>;

/** Calls allowed per account, from any address. */
const ACCOUNT_LIMITS = {
  /** Also bounds guessing: 43,200 attempts a day against 887 million codes find nothing. */
  'referral.activate': { points: 300, seconds: (10 * MINUTE) / SECOND },
  'referral.findByEmail': { points: 20, seconds: HOUR / SECOND },
  'profile.export': { points: 20, seconds: HOUR / SECOND },
} satisfies Record<string, Limit>;

export type AddressLimit = keyof typeof ADDRESS_LIMITS;
export type AccountLimit = keyof typeof ACCOUNT_LIMITS;

/** A limit and what is left of it for one caller. */
export interface RateLimitStatus extends Limit, RateLimitResult {
  name: string;
}

type LimitDeps = Pick<Deps, 'config' | 'limiter' | 'metrics'>;
type Report = (status: RateLimitStatus) => void;

/**
 * Counts a call against the limit of an IP address, unless RATE_LIMIT_EXEMPT contains the address.
 * @param report receives the status of the limit, also if the call is refused
 * @throws DomainError RATE_LIMITED, UNAVAILABLE
 */
export async function limitAddress(
  deps: LimitDeps,
  name: AddressLimit,
  ip: string,
  report?: Report,
): Promise<void> {
  if (isListed(deps.config.RATE_LIMIT_EXEMPT, ip)) return;
  await consume(deps, name, { key: subscriberNetwork(ip), limit: ADDRESS_LIMITS[name], report });
}

/**
 * Counts a call against the limit of an account. RATE_LIMIT_EXEMPT does not apply.
 * @throws DomainError RATE_LIMITED, UNAVAILABLE
 */
export async function limitAccount(
  deps: LimitDeps,
  name: AccountLimit,
  userId: string,
  report?: Report,
): Promise<void> {
  await consume(deps, name, { key: userId, limit: ACCOUNT_LIMITS[name], report });
}

async function consume(
  { limiter, metrics }: LimitDeps,
  name: string,
  { key, limit, report }: { key: string; limit: Limit; report: Report | undefined },
): Promise<void> {
  const result = await limiter.consume(name, key, limit);
  report?.({ name, ...limit, ...result });
  if (result.wait === 0) return;
  metrics.count('invitree_rate_limited_total', { limit: name });
  throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(result.wait / SECOND) });
}

/**
 * The headers `RateLimit-Policy` (quota and window) and `RateLimit` (remaining calls and seconds to
 * the reset), as in draft-ietf-httpapi-ratelimit-headers-10.
 */
export function rateLimitHeaders(limits: Iterable<RateLimitStatus>): Record<string, string> {
  const all = [...limits];
  const items = (parameters: (limit: RateLimitStatus) => string) =>
    all.map((limit) => `"${limit.name}";${parameters(limit)}`).join(', ');
  return {
    'ratelimit-policy': items(({ points, seconds }) => `q=${points};w=${seconds}`),
    ratelimit: items(({ remaining, reset }) => `r=${remaining};t=${Math.ceil(reset / SECOND)}`),
  };
}
