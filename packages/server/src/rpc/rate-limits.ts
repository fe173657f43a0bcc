import { DomainError } from '../core/errors.ts';
import { isListed, siteNetwork, subscriberNetwork } from '../core/ip-network.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../core/time.ts';
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
  /** A right password costs as much to compare as a wrong one. */
  'auth.reauthenticate': { points: 20, seconds: HOUR / SECOND },
  'referral.findByEmail': { points: 20, seconds: HOUR / SECOND },
  'referral.createCode': { points: 30, seconds: HOUR / SECOND },
  /** A code is never reissued, so each one takes a word from everyone else for good. */
  'referral.customCode': { points: 10, seconds: HOUR / SECOND },
  'referral.customCode.day': { points: 20, seconds: DAY / SECOND },
  /** Each reads up to 1,000 users, respectively visits up to 2,000. */
  'referral.tree': { points: 60, seconds: MINUTE / SECOND },
  'referral.stats': { points: 60, seconds: MINUTE / SECOND },
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

/** An IPv6 /48 holds 65,536 networks of subscribers. Together they get ten times the calls. */
const SITE_FACTOR = 10;

/**
 * Counts a call against the limit of an IP address, unless RATE_LIMIT_EXEMPT contains the address.
 * An IPv6 address counts for its /64 and, in a bucket ten times as large, for its /48. A /64 that
 * has used up its own limit takes nothing from its neighbours.
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
  const limit = ADDRESS_LIMITS[name];
  await consume(deps, name, { key: subscriberNetwork(ip), limit, report });
  const site = siteNetwork(ip);
  if (site === undefined) return;
  await consume(deps, `${name}.site`, {
    key: site,
    limit: { ...limit, points: SITE_FACTOR * limit.points },
    // A client paces itself by its own limit. It learns of its neighbours' only when refused.
    report: (status) => status.wait > 0 && report?.(status),
  });
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
