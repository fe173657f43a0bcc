import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import { Retry, type Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { watchActivation } from './abuse.ts';
import { isInviteCode, normalizeInviteCode } from './invite-codes.ts';

export interface Activation {
  userId: string;
  referrerId: string;
  inviteCode: string;
  activatedAt: Date;
}

interface Input {
  userId: string;
  inviteCode: string;
  /** Where the request came from, for the rules against abuse. */
  ip: string;
}

/**
 * Puts a user under the owner of an invite code: once in a lifetime, by the primary key of
 * `referrals`, and never so that a circle closes, in any interleaving:
 *
 * Only a user without a referrer can activate, and such a user is the top of their own tree. So an
 * activation closes a circle if and only if the referrer's tree is the user's own, that is, if the
 * top above the referrer is the user. While an activation holds the user's lock alone and the lock
 * of the referrer's top together with others, nobody can put that top under anyone, for that takes
 * its lock alone; the line from the referrer up to it never changes, for who referred whom is never
 * rewritten. What was true when looked at under the locks is thus still true at the commit: a lock
 * lasts until its transaction can be seen by all, and the look is a statement of its own after both
 * locks, so it sees all that was done under them before. Of A to B, B to C, C to A at one moment,
 * each waits for the lock of another; whoever comes last looks again and finds themselves on top.
 *
 * No deadlock: the two locks are always taken in the order of their keys. Rows come after them, and
 * of those only the referrer's are waited for (their count, then their day), which nobody holds who
 * waits for a lock. The one thing held before the locks is a new account at sign-up, which nobody
 * else knows of. Activations below one top share its lock, so a large tree is no bottleneck.
 *
 * Runs in a transaction; throws Retry if the top moved before it was locked: each time because
 * another user activated, which each does once.
 * @throws DomainError INVITE_CODE_NOT_FOUND, INVITE_CODE_OWN, INVITE_CODE_EXPIRED, ALREADY_ACTIVATED,
 *   REFERRAL_CYCLE, REFERRER_BLOCKED, ACTIVATION_REFUSED
 */
export async function activate(
  deps: Pick<Deps, 'config' | 'secrets' | 'clock'>,
  tx: Sql,
  { userId, inviteCode: text, ip }: Input,
): Promise<Activation> {
  const inviteCode = normalizeInviteCode(text);
  const now = new Date(deps.clock());
  const [earlier] = await tx.query<{ inviteCode: string; activatedAt: Date }>(sql`
    select invite_code as "inviteCode", activated_at as "activatedAt"
    from referrals where referee_id = ${userId}`);
  if (earlier)
    throw new DomainError('ALREADY_ACTIVATED', {
      inviteCode: earlier.inviteCode,
      activatedAt: earlier.activatedAt.toISOString(),
    });
  if (!isInviteCode(inviteCode)) throw new DomainError('INVITE_CODE_NOT_FOUND');
  const [code] = await tx.query<Code>(sql`
    with recursive line (user_id, step) as (
      select user_id, 0 from invite_codes where code = ${inviteCode}
      union all
      select r.top_id, line.step + 1 from line join referrals r on r.referee_id = line.user_id
    )
    select c.user_id as "referrerId", c.expires_at as "expiresAt", c.retired_at as "retiredAt", u.status,
      (select array_agg(user_id order by step) from line) as line
    from invite_codes c join users u on u.id = c.user_id
    where c.code = ${inviteCode}`);
  if (!code || code.status === 'deleted' || isDeleted(code))
    throw new DomainError('INVITE_CODE_NOT_FOUND');
  if (code.referrerId === userId) throw new DomainError('INVITE_CODE_OWN');
  if (code.expiresAt && code.expiresAt <= now) throw new DomainError('INVITE_CODE_EXPIRED');
  if (code.status === 'blocked') throw new DomainError('REFERRER_BLOCKED');
  const topId = code.line.at(-1) as string;
  if (topId === userId) throw new DomainError('REFERRAL_CYCLE');

  await lockTrees(tx, { exclusive: userId, shared: topId });
  // The premises again, now under the locks.
  const [activated] = await tx.query<{ referrerId: string }>(sql`
    with activated as (
      insert into referrals (referee_id, referrer_id, top_id, invite_code, activated_at)
      select ${userId}::uuid, c.user_id, ${topId}::uuid, c.code, ${now}::timestamptz
      from invite_codes c join users u on u.id = c.user_id
      where c.code = ${inviteCode} and c.retired_at is null and u.status = 'active'
        and not exists (select from referrals where referee_id in (${userId}, ${topId}))
      returning referrer_id
    )
    update users u set referral_count = referral_count + 1
    from activated a where u.id = a.referrer_id
    returning a.referrer_id as "referrerId"`);
  if (!activated) throw new Retry();
  if (code.line.length > LONG_LINE) await shorten(tx, code.line);
  const activation = { userId, referrerId: activated.referrerId, inviteCode, activatedAt: now };
  await watchActivation(deps, tx, { ...activation, ip });
  return activation;
}

interface Code {
  referrerId: string;
  expiresAt: Date | null;
  retiredAt: Date | null;
  status: 'active' | 'blocked' | 'deleted';
  /** From the referrer to the present top, by the steps that `top_id` takes. */
  line: string[];
}

/** One that had expired before its owner replaced it still says that it expired. */
function isDeleted({ expiresAt, retiredAt }: Code): boolean {
  return retiredAt !== null && (expiresAt === null || expiresAt > retiredAt);
}

const LONG_LINE = 8;

/**
 * Lets everyone on a line point straight at its top: path compression (Tarjan and van Leeuwen, 1984),
 * by which a line takes O(log n) steps over time, in whatever order trees grew together. It needs no
 * lock: whoever is above someone stays above them, so any value written here is right for ever, and
 * rows that another transaction is shortening are left to it.
 */
async function shorten(tx: Sql, line: string[]) {
  await tx.query(sql`
    update referrals set top_id = ${line.at(-1)} where referee_id in (
      select referee_id from referrals where referee_id = any(${line.slice(0, -2)}::uuid[])
      for update skip locked)`);
}

async function lockTrees(tx: Sql, ids: { exclusive: string; shared: string }) {
  const keys = { exclusive: lockKey(ids.exclusive), shared: lockKey(ids.shared) };
  const exclusive = sql`select pg_advisory_xact_lock(${keys.exclusive})`;
  const shared = sql`select pg_advisory_xact_lock_shared(${keys.shared})`;
  const inOrder = keys.exclusive < keys.shared ? [exclusive, shared] : [shared, exclusive];
  for (const lock of inOrder) await tx.query(lock);
}

/** A user's lock among PostgreSQL's advisory ones. Two users on one key only wait for each other. */
function lockKey(userId: string): bigint {
  return createHash('sha256').update(userId).digest().readBigInt64BE();
}
