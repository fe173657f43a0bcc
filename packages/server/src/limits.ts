import { isIPv6 } from 'node:net';
import { DomainError } from './errors.ts';
import type { Deps, Limit } from './ports.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** How much one address may do. Limits on a phone or an account are rules of their own. */
const LIMITS = {
  'auth.requestCode': { points: 30, seconds: HOUR },
  'auth.verifyCode': { points: 60, seconds: 10 * MINUTE },
  'auth.register': { points: 30, seconds: HOUR },
  'auth.login': { points: 100, seconds: 10 * MINUTE },
  'auth.refresh': { points: 300, seconds: 10 * MINUTE },
  'oauth.token': { points: 100, seconds: 10 * MINUTE },
  'oauth.revoke': { points: 300, seconds: 10 * MINUTE },
  'referral.checkCode': { points: 60, seconds: MINUTE },
} satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** @throws DomainError RATE_LIMITED */
export async function limitAddress(
  { config, limiter }: Pick<Deps, 'config' | 'limiter'>,
  name: LimitName,
  ip: string,
): Promise<void> {
  if (config.RATE_LIMIT_EXEMPT.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4')) return;
  const wait = await limiter.take(name, subscriber(ip), LIMITS[name]);
  if (wait > 0) throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(wait / 1000) });
}

/** How much one account may do, wherever from. */
const ACCOUNT_LIMITS = {
  'referral.findByEmail': { points: 20, seconds: HOUR },
  'profile.export': { points: 20, seconds: HOUR },
} satisfies Record<string, Limit>;

/** @throws DomainError RATE_LIMITED */
export async function limitAccount(
  { limiter }: Pick<Deps, 'limiter'>,
  name: keyof typeof ACCOUNT_LIMITS,
  userId: string,
): Promise<void> {
  const wait = await limiter.take(name, userId, ACCOUNT_LIMITS[name]);
  if (wait > 0) throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(wait / 1000) });
}

/** IPv6 hands a /64 to each subscriber (RFC 6177), so that is what counts as one address. */
export function subscriber(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const mapped = /^::ffff:([0-9.]+)$/i.exec(ip)?.[1];
  if (mapped) return mapped;
  const [head = '', tail = ''] = ip.split('::');
  const groups = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const zeros = ip.includes('::') ? 8 - groups.length - after.length : 0;
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...after];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
