import { DomainError } from '../core/errors.ts';
import { isListed, subscriberNetwork } from '../core/ip-network.ts';
import type { Deps } from '../deps.ts';
import type { Limit, RateLimitResult } from '../redis/port.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** How much one address may do. Limits on a phone are rules of their own. */
const ADDRESS_LIMITS = {
  'auth.requestCode': { points: 30, seconds: HOUR },
  'auth.verifyCode': { points: 60, seconds: 10 * MINUTE },
  'auth.register': { points: 30, seconds: HOUR },
  'auth.login': { points: 100, seconds: 10 * MINUTE },
  'auth.refresh': { points: 300, seconds: 10 * MINUTE },
  'oauth.token': { points: 100, seconds: 10 * MINUTE },
  'oauth.revoke': { points: 300, seconds: 10 * MINUTE },
  'referral.checkCode': { points: 60, seconds: MINUTE },
} satisfies Record<string, Limit>;

/** How much one account may do, from wherever. */
const ACCOUNT_LIMITS = {
  /** Also a way to look up invite codes: 43,000 tries a day at 887 million of them find nothing. */
  'referral.activate': { points: 300, seconds: 10 * MINUTE },
  'referral.findByEmail': { points: 20, seconds: HOUR },
  'profile.export': { points: 20, seconds: HOUR },
} satisfies Record<string, Limit>;

export type AddressLimit = keyof typeof ADDRESS_LIMITS;
export type AccountLimit = keyof typeof ACCOUNT_LIMITS;

/** Where a caller stands with a limit. */
export interface RateLimitStatus extends Limit, RateLimitResult {
  name: string;
}

type LimitDeps = Pick<Deps, 'config' | 'limiter' | 'metrics'>;
type Report = (standing: RateLimitStatus) => void;

/**
 * Takes a point of an address, unless it is one of RATE_LIMIT_EXEMPT.
 * @param report hears where the address stands, also when it is refused
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
 * Takes a point of an account; no address is exempt.
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
  const taken = await limiter.consume(name, key, limit);
  report?.({ name, ...limit, ...taken });
  if (taken.wait === 0) return;
  metrics.count('invitree_rate_limited_total', { limit: name });
  throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(taken.wait / 1000) });
}

/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): quota and window, rest and seconds. */
export function rateLimitHeaders(standings: Iterable<RateLimitStatus>): Record<string, string> {
  const all = [...standings];
  const items = (parameters: (standing: RateLimitStatus) => string) =>
    all.map((standing) => `"${standing.name}";${parameters(standing)}`).join(', ');
  return {
    'ratelimit-policy': items(({ points, seconds }) => `q=${points};w=${seconds}`),
    ratelimit: items(({ remaining, reset }) => `r=${remaining};t=${Math.ceil(reset / 1000)}`),
  };
}
