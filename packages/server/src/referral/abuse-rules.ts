import { DAY, MINUTE } from '../core/time.ts';

/**
 * A rule matches if `count` other users activated the referrer's codes within `window`
 * milliseconds. `from` says what they have in common with the new activation.
 */
export const LIMITS = {
  device_burst: { count: 5, window: 10 * MINUTE, from: 'device' },
  address_burst: { count: 10, window: 10 * MINUTE, from: 'address' },
  same_address: { count: 5, window: DAY, from: 'address' },
  same_subnet: { count: 20, window: DAY, from: 'subnet' },
  burst: { count: 30, window: 10 * MINUTE, from: 'anywhere' },
} as const;

export type LimitRule = keyof typeof LIMITS;
export const LIMIT_RULES = Object.keys(LIMITS) as LimitRule[];

export const ABUSE_RULES = [
  'device_burst',
  'address_burst',
  'same_address',
  'same_subnet',
  'burst',
  'throwaway_email',
  'after_deletion',
] as const satisfies (LimitRule | string)[];
export type AbuseRule = (typeof ABUSE_RULES)[number];

/**
 * The rules that refuse activations in production by default. People do not take turns at one
 * device, or behind one address, to activate the same person's code within minutes. A refusal
 * lasts only as long as the burst, so a group at one table can activate ten minutes later.
 *
 * Each of the others has an innocent reading: a family, an office or a carrier's NAT shares an
 * address for a day; a popular post causes a burst from everywhere; carriers give phones that were
 * cancelled to new subscribers; and some people keep a throw-away email for every new service.
 */
export const RULES_WITHOUT_INNOCENT_READING: readonly AbuseRule[] = [
  'device_burst',
  'address_burst',
];

/** True if a rule counts activations from one place, which many people may share. */
export function isAddressRule(rule: AbuseRule): boolean {
  return rule in LIMITS && rule !== 'burst';
}
