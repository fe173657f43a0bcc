import { DomainError } from '../../core/errors.ts';
import { isListed, subscriberNetwork } from '../../core/ip-network.ts';
import { countryOf } from '../../core/phone.ts';
import { HOUR, SECOND } from '../../core/time.ts';
import type { Deps } from '../../deps.ts';
import { isTestPhone } from '../../identity/test-phones.ts';
import type { HourlyCount } from '../../redis/port.ts';

interface Send {
  /** E.164 */
  phone: string;
  ip: string;
}

type PumpingDeps = Pick<Deps, 'config' | 'tally' | 'clock' | 'metrics' | 'log'>;

/**
 * Requires a country to which codes are sent. This depends on the number alone, so it reveals
 * nothing about accounts.
 * @throws DomainError PHONE_INVALID with the country
 */
export function requireServedCountry({ config }: Pick<Deps, 'config'>, phone: string): void {
  const country = countryOf(phone);
  const { SMS_COUNTRIES_ALLOWED: allowed, SMS_COUNTRIES_DENIED: denied } = config;
  if (denied.includes(country) || (allowed.length > 0 && !allowed.includes(country)))
    throw new DomainError('PHONE_INVALID', { country });
}

/**
 * Counts a code, then runs `send`, which issues it.
 *
 * In SMS pumping, a fraudster requests thousands of codes for phones whose operator shares the SMS
 * fee, and never enters them. It shows in the number of codes that stay unverified, by country and
 * by IP address (as in Authgear's fraud protection). Both are counted for 24 hours across all
 * instances. SMS_PUMPING decides whether a code beyond the limit is only recorded or also refused.
 *
 * The code is counted before it is sent, so parallel requests cannot exceed the limits. The count
 * is reverted if `send` fails.
 * @throws DomainError RATE_LIMITED, and what `send` throws
 */
export async function countSend<T>(
  deps: PumpingDeps,
  to: Send,
  send: () => Promise<T>,
): Promise<T> {
  const at = deps.clock();
  const country = countryOf(to.phone);
  const keys = tallyKeys(deps, to);
  const add = (by: 1 | -1) => Promise.all(keys.map(({ key }) => deps.tally.countSent(key, by, at)));
  try {
    const counts = await add(1);
    for (const [index, { rule }] of keys.entries())
      enforce(deps, { rule, country, counts: counts[index] ?? [], at });
    const sent = await send();
    deps.metrics.count('invitree_codes_total', { event: 'sent', country });
    return sent;
  } catch (error) {
    await add(-1).catch(() => undefined);
    throw error;
  }
}

/** Counts a code that was entered. */
export function countVerified(deps: PumpingDeps, to: Send): void {
  if (isTestPhone(deps, to.phone)) return;
  const at = deps.clock();
  deps.metrics.count('invitree_codes_total', { event: 'verified', country: countryOf(to.phone) });
  for (const { key } of tallyKeys(deps, to)) deps.tally.countVerified(key, at);
}

type Rule = 'country' | 'address';

function tallyKeys(deps: PumpingDeps, { phone, ip }: Send): { rule: Rule; key: string }[] {
  if (deps.config.SMS_PUMPING === 'off') return [];
  const country = { rule: 'country' as const, key: `country:${countryOf(phone)}` };
  if (isListed(deps.config.RATE_LIMIT_EXEMPT, ip)) return [country];
  return [country, { rule: 'address', key: `address:${subscriberNetwork(ip)}` }];
}

interface Check {
  rule: Rule;
  country: string;
  counts: HourlyCount[];
  at: number;
}

function enforce(
  { config, metrics, log }: PumpingDeps,
  { rule, country, counts, at }: Check,
): void {
  const allowance =
    rule === 'country' ? config.SMS_UNVERIFIED_PER_COUNTRY : config.SMS_UNVERIFIED_PER_ADDRESS;
  const limits = { allowance, ratio: config.SMS_UNVERIFIED_RATIO };
  if (!exceedsLimit(counts, limits)) return;
  const isRefused = config.SMS_PUMPING === 'enforce';
  const action = isRefused ? 'refused' : 'recorded';
  metrics.count('invitree_sms_pumping_total', { rule, country, action });
  log.warn({ rule, country, action, ...totals(counts) }, 'Too many unverified codes');
  if (!isRefused) return;
  const now = Math.floor(at / HOUR);
  const withoutThisCode = counts.map((each) =>
    each.hour === now ? { ...each, sent: each.sent - 1 } : each,
  );
  throw new DomainError('RATE_LIMITED', {
    retryAfter: secondsUntilAllowed(withoutThisCode, limits, at),
  });
}

interface Limits {
  /** The number of codes that may always stay unverified. */
  allowance: number;
  /** The number of unverified codes for each verified one; applies if that is more. */
  ratio: number;
}

/** True if too many codes of the window, including the newest, are unverified. */
export function exceedsLimit(counts: HourlyCount[], { allowance, ratio }: Limits): boolean {
  const { sent, verified } = totals(counts);
  return sent - verified > Math.max(allowance, ratio * verified);
}

/** Whole seconds until enough hours have left the window to allow one more code. */
export function secondsUntilAllowed(counts: HourlyCount[], limits: Limits, at: number): number {
  const byAge = counts.toSorted((a, b) => a.hour - b.hour);
  const lastToLeave = byAge.find(({ hour }) => {
    const remaining = byAge.filter((each) => each.hour > hour);
    return !exceedsLimit([...remaining, { hour, sent: 1, verified: 0 }], limits);
  });
  const hour = lastToLeave?.hour ?? Math.floor(at / HOUR);
  return Math.ceil(((hour + 24) * HOUR - at) / SECOND);
}

function totals(counts: HourlyCount[]): { sent: number; verified: number } {
  return counts.reduce(
    (sum, { sent, verified }) => ({ sent: sum.sent + sent, verified: sum.verified + verified }),
    { sent: 0, verified: 0 },
  );
}
