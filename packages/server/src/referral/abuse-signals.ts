import { createHash } from 'node:crypto';
import sql, { join } from 'sql-template-tag';
import { networkOf, subscriberNetwork } from '../core/ip-network.ts';
import { DAY, MINUTE } from '../core/time.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { findDeletedIdentity } from '../identity/deleted-identities.ts';
import { type AbuseRule, LIMIT_RULES, LIMITS, type LimitRule } from './abuse-rules.ts';
import { isThrowawayEmail } from './throwaway-email.ts';

/** A rule that an activation matched. */
export interface Signal {
  rule: AbuseRule;
  /** In words, for admins */
  reason: string;
}

export interface ActivationAttempt {
  userId: string;
  referrerId: string;
  inviteCode: string;
  activatedAt: Date;
  ip: string;
  userAgent: string | null;
}

const ORIGIN_RETENTION = 2 * DAY;

/**
 * Returns the rules that an activation matches, and stores its origin for later activations. The
 * rules count by referrer, so replacing the invite code resets nothing.
 */
export async function findSignals(
  deps: Pick<Deps, 'secrets'>,
  tx: Sql,
  { userId, referrerId, inviteCode, activatedAt: at, ip, userAgent }: ActivationAttempt,
): Promise<Signal[]> {
  const address = subscriberNetwork(ip);
  const subnet = networkOf(ip, { ipv4: 24, ipv6: 48 });
  const device = deviceOf(address, userAgent);
  const conditions = {
    anywhere: sql`true`,
    subnet: sql`subnet = ${subnet}`,
    address: sql`subnet = ${subnet} and address = ${address}`,
    device: sql`subnet = ${subnet} and address = ${address} and device = ${device}`,
  };
  const reachesLimit = (rule: LimitRule) => {
    const { count, window, from } = LIMITS[rule];
    return sql`
    (select count(*)::int >= ${count} from (
      select from activation_origins
      where referrer_id = ${referrerId} and at > ${before(at, window)} and ${conditions[from]}
      limit ${count}) o)`;
  };
  // Each activation inserts one origin and deletes up to two expired ones, so they cannot pile up.
  const [user] = await tx.query<{ phone: string | null; email: string | null; limits: boolean[] }>(
    sql`
    with deleted as (
      delete from activation_origins where referee_id in (
        select referee_id from activation_origins where at < ${before(at, ORIGIN_RETENTION)}
        order by at limit 2 for update skip locked)
    ), inserted as (
      insert into activation_origins
        (referee_id, referrer_id, invite_code, address, subnet, device, at)
      values (${userId}, ${referrerId}, ${inviteCode}, ${address}, ${subnet}, ${device}, ${at})
    )
    select phone, email, array[${join(LIMIT_RULES.map(reachesLimit))}] as limits
    from users where id = ${userId}`,
  );
  const { phone = null, email = null, limits = [] } = user ?? {};
  const signals: Signal[] = LIMIT_RULES.filter((_, n) => limits[n]).map((rule) => ({
    rule,
    reason: describeLimit(rule),
  }));
  if (email && isThrowawayEmail(email))
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

/** Identifies a device as far as a server can see one. Stored hashed: browsers identify people. */
function deviceOf(address: string, userAgent: string | null): string {
  return createHash('sha256')
    .update(`${address}\0${userAgent ?? ''}`)
    .digest('base64url')
    .slice(0, 22);
}

function describeLimit(rule: LimitRule): string {
  const { count, window, from } = LIMITS[rule];
  const origin = from === 'anywhere' ? '' : ` from this ${from}`;
  const within = window === DAY ? '24 hours' : `${window / MINUTE} minutes`;
  return `At least ${count} other users activated this referrer's codes${origin} within ${within}`;
}

function before(at: Date, milliseconds: number): Date {
  return new Date(+at - milliseconds);
}
