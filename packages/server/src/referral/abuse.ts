import { isDisposableEmail } from 'disposable-email-domains-js';
import sql, { type Sql as Statement } from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { isListed, networkOf, subscriberNetwork } from '../core/ip-network.ts';
import { RecordedRefusal, type Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { findDeletedIdentity } from '../identity/deleted-identities.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** So many other activations of the same code, within so long, are no chance. */
const LIMITS = {
  same_address: { others: 5, window: DAY },
  same_subnet: { others: 20, window: DAY },
  burst: { others: 30, window: 10 * MINUTE },
};

export const RULES = [
  'same_address',
  'same_subnet',
  'burst',
  'throwaway_email',
  'after_deletion',
] as const;
export type Rule = (typeof RULES)[number];

interface Activated {
  userId: string;
  referrerId: string;
  inviteCode: string;
  activatedAt: Date;
  ip: string;
}

interface Notice {
  rule: Rule;
  reason: string;
}

type AbuseDeps = Pick<Deps, 'config' | 'secrets'>;

/**
 * Looks at an activation just made, in its transaction. The referrer's row, which the activation has
 * locked, lets those of one code through one by one: each sees all before it, so no race gets past a rule.
 * With REFERRAL_ABUSE=record what a rule notices is stored, once a window; with `enforce` the activation
 * is refused, and stored all the same.
 * @throws RecordedRefusal ACTIVATION_REFUSED
 */
export async function watchActivation(
  deps: AbuseDeps,
  tx: Sql,
  activated: Activated,
): Promise<void> {
  if (deps.config.REFERRAL_ABUSE === 'off') return;
  const notices = await notice(deps, tx, activated);
  const grounds = notices.filter((each) => isGround(deps, each, activated));
  if (grounds.length > 0)
    throw new RecordedRefusal('ACTIVATION_REFUSED', record(activated, grounds, { refused: true }));
  if (notices.length > 0) await tx.query(record(activated, notices, { refused: false }));
}

/** Whether to refuse for it. Many people may be behind an address that the operator exempts. */
function isGround({ config }: AbuseDeps, { rule }: Notice, { ip }: Activated): boolean {
  const byAddress = rule === 'same_address' || rule === 'same_subnet';
  return (
    config.REFERRAL_ABUSE === 'enforce' && !(byAddress && isListed(config.RATE_LIMIT_EXEMPT, ip))
  );
}

async function notice(
  deps: AbuseDeps,
  tx: Sql,
  { userId, inviteCode, activatedAt: at, ip }: Activated,
): Promise<Notice[]> {
  const address = subscriberNetwork(ip);
  const subnet = networkOf(ip, { ipv4: 24, ipv6: 48 });
  const others = (rule: keyof typeof LIMITS, where: Statement) => sql`
    (select count(*)::int >= ${LIMITS[rule].others} from (
      select from activation_origins
      where invite_code = ${inviteCode} and at > ${before(at, LIMITS[rule].window)} and ${where}
      limit ${LIMITS[rule].others}) o)`;
  const [found] = await tx.query<{
    phone: string | null;
    email: string | null;
    same_address: boolean;
    same_subnet: boolean;
    burst: boolean;
  }>(sql`
    with swept as (
      delete from activation_origins where referee_id in (
        select referee_id from activation_origins where at < ${before(at, 2 * DAY)}
        order by at limit 2 for update skip locked)
    ), kept as (
      insert into activation_origins (referee_id, invite_code, address, subnet, at)
      values (${userId}, ${inviteCode}, ${address}, ${subnet}, ${at})
    )
    select phone, email,
      ${others('same_address', sql`subnet = ${subnet} and address = ${address}`)} as same_address,
      ${others('same_subnet', sql`subnet = ${subnet}`)} as same_subnet,
      ${others('burst', sql`true`)} as burst
    from users where id = ${userId}`);
  const { phone = null, email = null } = found ?? {};
  const notices: Notice[] = [];
  for (const rule of ['same_address', 'same_subnet', 'burst'] as const)
    if (found?.[rule]) notices.push({ rule, reason: describe(rule) });
  if (email && isDisposableEmail(email))
    notices.push({ rule: 'throwaway_email', reason: 'The email is of a throw-away service' });
  if (await findDeletedIdentity(deps, tx, { phone, email }, at))
    notices.push({
      rule: 'after_deletion',
      reason: 'An account with this phone or email was deleted in the last 30 days',
    });
  return notices;
}

function describe(rule: keyof typeof LIMITS): string {
  const { others, window } = LIMITS[rule];
  const from = { same_address: ' from this address', same_subnet: ' from this subnet', burst: '' };
  const within = window === DAY ? '24 hours' : `${window / MINUTE} minutes`;
  return `At least ${others} others activated this code${from[rule]} within ${within}`;
}

/** Stores findings; one that was not refused is left out if its code has the same one of the last day. */
function record(
  { userId, referrerId, inviteCode, activatedAt: at }: Activated,
  notices: Notice[],
  { refused }: { refused: boolean },
): Statement {
  return sql`
    insert into referral_findings
      (id, at, rule, reason, refused, referee_id, referrer_id, invite_code)
    select n.id, ${at}::timestamptz, n.rule, n.reason, ${refused}::boolean,
      (select id from users where id = ${userId}), ${referrerId}::uuid, ${inviteCode}
    from unnest(${notices.map(() => uuidv7())}::uuid[], ${notices.map(({ rule }) => rule)}::text[],
      ${notices.map(({ reason }) => reason)}::text[]) n (id, rule, reason)
    where ${refused} or n.rule in ('throwaway_email', 'after_deletion') or not exists (
      select from referral_findings f
      where f.invite_code = ${inviteCode} and f.rule = n.rule and not f.refused and f.at > ${before(at, DAY)})`;
}

function before(at: Date, milliseconds: number): Date {
  return new Date(+at - milliseconds);
}
