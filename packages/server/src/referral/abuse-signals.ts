import { isDisposableEmail } from 'disposable-email-domains-js';
import sql, { type Sql as Statement } from 'sql-template-tag';
import { networkOf, subscriberNetwork } from '../core/ip-network.ts';
import { DAY, MINUTE } from '../core/time.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { findDeletedIdentity } from '../identity/deleted-identities.ts';

export const ABUSE_RULES = [
  'same_address',
  'same_subnet',
  'burst',
  'throwaway_email',
  'after_deletion',
] as const;
export type AbuseRule = (typeof ABUSE_RULES)[number];

/** A rule that an activation matched. */
export interface Signal {
  rule: AbuseRule;
  /** In words, for admins */
  reason: string;
}

/** A rule matches if this many other users activated the same code within the window (in ms). */
const LIMITS = {
  same_address: { count: 5, window: DAY },
  same_subnet: { count: 20, window: DAY },
  burst: { count: 30, window: 10 * MINUTE },
};

const ORIGIN_RETENTION = 2 * DAY;

/** Returns the rules that an activation matches, and stores its origin for later activations. */
export async function findSignals(
  deps: Pick<Deps, 'secrets'>,
  tx: Sql,
  {
    userId,
    inviteCode,
    activatedAt: at,
    ip,
  }: { userId: string; inviteCode: string; activatedAt: Date; ip: string },
): Promise<Signal[]> {
  const address = subscriberNetwork(ip);
  const subnet = networkOf(ip, { ipv4: 24, ipv6: 48 });
  const reachesLimit = (rule: keyof typeof LIMITS, where: Statement) => sql`
    (select count(*)::int >= ${LIMITS[rule].count} from (
      select from activation_origins
      where invite_code = ${inviteCode} and at > ${before(at, LIMITS[rule].window)} and ${where}
      limit ${LIMITS[rule].count}) o)`;
  // Each activation inserts one origin and deletes up to two expired ones, so they cannot pile up.
  const [user] = await tx.query<{
    phone: string | null;
    email: string | null;
    same_address: boolean;
    same_subnet: boolean;
    burst: boolean;
  }>(sql`
    with deleted as (
      delete from activation_origins where referee_id in (
        select referee_id from activation_origins where at < ${before(at, ORIGIN_RETENTION)}
        order by at limit 2 for update skip locked)
    ), inserted as (
      insert into activation_origins (referee_id, invite_code, address, subnet, at)
      values (${userId}, ${inviteCode}, ${address}, ${subnet}, ${at})
    )
    select phone, email,
      ${reachesLimit('same_address', sql`subnet = ${subnet} and address = ${address}`)} as same_address,
      ${reachesLimit('same_subnet', sql`subnet = ${subnet}`)} as same_subnet,
      ${reachesLimit('burst', sql`true`)} as burst
    from users where id = ${userId}`);
  const { phone = null, email = null } = user ?? {};
  const signals: Signal[] = [];
  for (const rule of ['same_address', 'same_subnet', 'burst'] as const)
    if (user?.[rule]) signals.push({ rule, reason: describeLimit(rule) });
  if (email && isDisposableEmail(email))
    signals.push({
      rule: 'throwaway_email',
      reason: 'The email belongs to a disposable email service',
    });
  if (await findDeletedIdentity(deps, tx, { phone, email }, at))
    signals.push({
      rule: 'after_deletion',
      reason: 'An account with this phone or email was deleted in the last 30 days',
    });
  return signals;
}

function describeLimit(rule: keyof typeof LIMITS): string {
  const { count, window } = LIMITS[rule];
  const from = { same_address: ' from this address', same_subnet: ' from this subnet', burst: '' };
  const within = window === DAY ? '24 hours' : `${window / MINUTE} minutes`;
  return `At least ${count} other users activated this code${from[rule]} within ${within}`;
}

function before(at: Date, milliseconds: number): Date {
  return new Date(+at - milliseconds);
}
