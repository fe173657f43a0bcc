import { DomainError } from '../../core/errors.ts';
import { isListed, subscriberNetwork } from '../../core/ip-network.ts';
import { countryOf } from '../../core/phone.ts';
import type { Deps } from '../../deps.ts';
import type { HourCount } from '../../redis/port.ts';
import { isTestPhone } from './test-phones.ts';

const HOUR = 3_600_000;

interface Send {
  /** E.164 */
  phone: string;
  ip: string;
}

type PumpingDeps = Pick<Deps, 'config' | 'tally' | 'clock' | 'metrics' | 'log'>;

/**
 * Whether codes go to this phone's country at all: a matter of the number alone, so it tells nothing
 * of accounts.
 * @throws DomainError PHONE_INVALID with the country
 */
export function refuseCountry({ config }: Pick<Deps, 'config'>, phone: string): void {
  const country = countryOf(phone);
  const { SMS_COUNTRIES_ALLOWED: allowed, SMS_COUNTRIES_DENIED: denied } = config;
  if (denied.includes(country) || (allowed.length > 0 && !allowed.includes(country)))
    throw new DomainError('PHONE_INVALID', { country });
}

/**
 * SMS pumping is codes asked for by the thousand, for phones whose operator shares the fee with the
 * fraudster, and never entered. What gives it away is how many codes stay unverified, by country and
 * by address (as in Authgear's fraud protection): both are counted for 24 hours, shared by all
 * instances, and SMS_PUMPING says whether a code too many is only recorded or refused.
 *
 * Counts a code before `send` makes it, so that no race gets past the rules, and takes the count back
 * if there is none in the end.
 * @throws DomainError RATE_LIMITED, and what `send` throws
 */
export async function countSend<T>(
  deps: PumpingDeps,
  to: Send,
  send: () => Promise<T>,
): Promise<T> {
  const at = deps.clock();
  const country = countryOf(to.phone);
  const keys = keysOf(deps, to);
  const add = (by: 1 | -1) => Promise.all(keys.map(({ key }) => deps.tally.sent(key, by, at)));
  try {
    const counts = await add(1);
    for (const [index, { rule }] of keys.entries())
      judge(deps, { rule, country, counts: counts[index] ?? [], at });
    const sent = await send();
    deps.metrics.count('invitree_codes_total', { event: 'sent', country });
    return sent;
  } catch (error) {
    await add(-1).catch(() => undefined);
    throw error;
  }
}

/** The other side of the comparison: a code that was entered. */
export function countVerified(deps: PumpingDeps, to: Send): void {
  if (isTestPhone(deps, to.phone)) return;
  const at = deps.clock();
  deps.metrics.count('invitree_codes_total', { event: 'verified', country: countryOf(to.phone) });
  for (const { key } of keysOf(deps, to)) deps.tally.verified(key, at);
}

type Rule = 'country' | 'address';

function keysOf(deps: PumpingDeps, { phone, ip }: Send): { rule: Rule; key: string }[] {
  if (deps.config.SMS_PUMPING === 'off') return [];
  const country = { rule: 'country' as const, key: `country:${countryOf(phone)}` };
  if (isListed(deps.config.RATE_LIMIT_EXEMPT, ip)) return [country];
  return [country, { rule: 'address', key: `address:${subscriberNetwork(ip)}` }];
}

interface Case {
  rule: Rule;
  country: string;
  counts: HourCount[];
  at: number;
}

function judge({ config, metrics, log }: PumpingDeps, { rule, country, counts, at }: Case): void {
  const least =
    rule === 'country' ? config.SMS_UNVERIFIED_PER_COUNTRY : config.SMS_UNVERIFIED_PER_ADDRESS;
  const limits = { least, ratio: config.SMS_UNVERIFIED_RATIO };
  if (!isTooMuch(counts, limits)) return;
  const refused = config.SMS_PUMPING === 'enforce';
  const action = refused ? 'refused' : 'recorded';
  metrics.count('invitree_sms_pumping_total', { rule, country, action });
  log.warn({ rule, country, action, ...sumOf(counts) }, 'More codes than verifications');
  if (!refused) return;
  const now = Math.floor(at / HOUR);
  const others = counts.map((each) =>
    each.hour === now ? { ...each, sent: each.sent - 1 } : each,
  );
  throw new DomainError('RATE_LIMITED', { retryAfter: secondsUntilAllowed(others, limits, at) });
}

interface Limits {
  /** So many codes may stay unverified whatever else. */
  least: number;
  /** So many for each verified one, if that is more. */
  ratio: number;
}

/** Whether the codes of a window, the newest included, are more than its verifications bear out. */
export function isTooMuch(counts: HourCount[], { least, ratio }: Limits): boolean {
  const { sent, verified } = sumOf(counts);
  return sent - verified > Math.max(least, ratio * verified);
}

/** Whole seconds until enough hours have left the window for one more code, if nothing else happens. */
export function secondsUntilAllowed(counts: HourCount[], limits: Limits, at: number): number {
  const byAge = counts.toSorted((a, b) => a.hour - b.hour);
  const leaving = byAge.find(({ hour }) => {
    const rest = byAge.filter((each) => each.hour > hour);
    return !isTooMuch([...rest, { hour, sent: 1, verified: 0 }], limits);
  });
  const hour = leaving?.hour ?? Math.floor(at / HOUR);
  return Math.ceil(((hour + 24) * HOUR - at) / 1000);
}

function sumOf(counts: HourCount[]): { sent: number; verified: number } {
  return counts.reduce(
    (sum, { sent, verified }) => ({ sent: sum.sent + sent, verified: sum.verified + verified }),
    { sent: 0, verified: 0 },
  );
}
