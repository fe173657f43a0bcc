import { isIPv6 } from 'node:net';
import { DomainError } from './errors.ts';
import type { Deps, Limit, Taken } from './ports.ts';

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
export interface Standing extends Limit, Taken {
  name: string;
}

type LimitDeps = Pick<Deps, 'config' | 'limiter' | 'metrics'>;
type Report = (standing: Standing) => void;

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
  if (isExempt(deps, ip)) return;
  await take(deps, name, { key: subscriber(ip), limit: ADDRESS_LIMITS[name], report });
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
  await take(deps, name, { key: userId, limit: ACCOUNT_LIMITS[name], report });
}

export function isExempt({ config }: Pick<Deps, 'config'>, ip: string): boolean {
  return config.RATE_LIMIT_EXEMPT.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
}

async function take(
  { limiter, metrics }: LimitDeps,
  name: string,
  { key, limit, report }: { key: string; limit: Limit; report: Report | undefined },
): Promise<void> {
  const taken = await limiter.take(name, key, limit);
  report?.({ name, ...limit, ...taken });
  if (taken.wait === 0) return;
  metrics.count('invitree_rate_limited_total', { limit: name });
  throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(taken.wait / 1000) });
}

/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): quota and window, rest and seconds. */
export function rateLimitHeaders(standings: Iterable<Standing>): Record<string, string> {
  const all = [...standings];
  const items = (parameters: (standing: Standing) => string) =>
    all.map((standing) => `"${standing.name}";${parameters(standing)}`).join(', ');
  return {
    'ratelimit-policy': items(({ points, seconds }) => `q=${points};w=${seconds}`),
    ratelimit: items(({ remaining, reset }) => `r=${remaining};t=${Math.ceil(reset / 1000)}`),
  };
}

/** IPv6 hands a /64 to each subscriber (RFC 6177), so that is what counts as one address. */
export function subscriber(ip: string): string {
  return network(ip, { ipv4: 32, ipv6: 64 });
}

/** The network of an address: its first 8, 16, 24 or 32 bits, of IPv6 its first 16, 32, 48 or 64. */
export function network(ip: string, { ipv4, ipv6 }: { ipv4: number; ipv6: number }): string {
  const address = isIPv6(ip) ? unmap(ip) : ip;
  if (!address.includes(':'))
    return ipv4 === 32
      ? address
      : `${pad(address.split('.').slice(0, ipv4 / 8), 4).join('.')}/${ipv4}`;
  const [head = '', tail] = address.split('::') as [string, string?];
  const groups = head.split(':').filter(Boolean);
  const all = tail === undefined ? groups : pad(groups, 8 - tail.split(':').filter(Boolean).length);
  return `${pad(all, 4)
    .slice(0, ipv6 / 16)
    .join(':')}::/${ipv6}`;
}

/** In the one canonical form (RFC 5952); an IPv4 address that IPv6 wraps, unwrapped. */
function unmap(ip: string): string {
  const canonical = new URL(`http://[${ip.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical) ?? [];
  if (!high || !low) return canonical;
  const bits = [high, low].map((group) => Number.parseInt(group, 16));
  return bits.flatMap((group) => [group >> 8, group & 255]).join('.');
}

function pad(parts: string[], length: number): string[] {
  return [...parts, ...Array<string>(Math.max(0, length - parts.length)).fill('0')];
}
