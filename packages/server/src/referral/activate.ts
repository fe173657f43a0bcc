import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import { Retry, type Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import type { UserStatus } from '../identity/user-status.ts';
import type { Client } from '../sessions/sessions.ts';
import { checkForAbuse } from './abuse.ts';
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
  /** The client, for the abuse rules */
  client: Client;
}

/**
 * Attributes a user to the owner of an invite code. The primary key of `referrals` allows one
 * activation per user, ever, and no interleaving of activations can create a cycle.
 *
 * Proof. Only a user without a referrer can activate, and such a user is the root of their own
 * tree. An activation therefore creates a cycle if and only if the referrer belongs to the user's
 * own tree, that is, if the root above the referrer is the user. An activation takes an exclusive
 * lock on the user and a shared lock on the referrer's root. Attaching that root to a referrer
 * would take an exclusive lock on it, so it stays a root while the shared lock is held. The path
 * from the referrer to the root never changes, because referrals are append-only. So whatever the
 * transaction verifies under both locks still holds when it commits. Advisory locks are released
 * only after the commit is visible to everyone, and the verification is a separate statement that
 * starts once both locks are held, so it sees everything that was committed under them before.
 * If A activates B's code, B activates C's and C activates A's at the same moment, each of them
 * conflicts with another's lock. The last to proceed verifies again and finds itself at the root.
 *
 * Deadlocks are impossible. The two advisory locks are always taken in key order. Row locks come
 * after them, and an activation waits only for the referrer's rows (the referral count, then the
 * count of the day), whose holders never wait for an advisory lock. The only row locked earlier is
 * the account created at sign-up, which no other transaction can see.
 *
 * Activations in the same tree share the lock on its root, so a large tree is not a bottleneck.
 *
 * Must run in a transaction. Throws Retry if what it read changed before it held both locks. A root
 * changes only because its user activated, and each user activates once, so retries end.
 * @throws DomainError INVITE_CODE_NOT_FOUND, INVITE_CODE_OWN, INVITE_CODE_EXPIRED,
 *   ALREADY_ACTIVATED, REFERRAL_CYCLE, REFERRER_BLOCKED, ACTIVATION_REFUSED
 */
export async function activate(
  deps: Pick<Deps, 'config' | 'secrets' | 'clock'>,
  tx: Sql,
  { userId, inviteCode: text, client }: Input,
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
  const [code] = await tx.query<FoundInviteCode>(sql`
    with recursive path (user_id, step) as (
      select user_id, 0 from invite_codes where code = ${inviteCode}
      union all
      select r.top_id, path.step + 1 from path join referrals r on r.referee_id = path.user_id
    )
    select c.user_id as "referrerId", c.expires_at as "expiresAt", c.retired_at as "retiredAt",
      u.status, (select array_agg(user_id order by step) from path) as path
    from invite_codes c join users u on u.id = c.user_id
    where c.code = ${inviteCode}`);
  if (!code || code.status === 'deleted' || isDeleted(code))
    throw new DomainError('INVITE_CODE_NOT_FOUND');
  if (code.referrerId === userId) throw new DomainError('INVITE_CODE_OWN');
  if (code.expiresAt && code.expiresAt <= now) throw new DomainError('INVITE_CODE_EXPIRED');
  if (code.status === 'blocked') throw new DomainError('REFERRER_BLOCKED');
  const rootId = code.path.at(-1) as string;
  if (rootId === userId) throw new DomainError('REFERRAL_CYCLE');

  await lockTrees(tx, { exclusive: userId, shared: rootId });
  // Verifies everything again, now under both locks.
  const [activated] = await tx.query<{ referrerId: string }>(sql`
    with activated as (
      insert into referrals (referee_id, referrer_id, top_id, invite_code, activated_at)
      select ${userId}::uuid, c.user_id, ${rootId}::uuid, c.code, ${now}::timestamptz
      from invite_codes c join users u on u.id = c.user_id
      where c.code = ${inviteCode} and c.retired_at is null and u.status = 'active'
        and not exists (select from referrals where referee_id in (${userId}, ${rootId}))
      returning referrer_id
    )
    update users u set referral_count = referral_count + 1
    from activated a where u.id = a.referrer_id
    returning a.referrer_id as "referrerId"`);
  if (!activated) throw new Retry();
  if (code.path.length > MAX_PATH_LENGTH) await compressPath(tx, code.path);
  const activation = { userId, referrerId: activated.referrerId, inviteCode, activatedAt: now };
  await checkForAbuse(deps, tx, { ...activation, ...client });
  return activation;
}

interface FoundInviteCode {
  referrerId: string;
  expiresAt: Date | null;
  retiredAt: Date | null;
  status: UserStatus;
  /** User ids from the referrer to the current root, following `top_id` */
  path: string[];
}

/** A code that had already expired when its owner replaced it is still reported as expired. */
function isDeleted({ expiresAt, retiredAt }: FoundInviteCode): boolean {
  return retiredAt !== null && (expiresAt === null || expiresAt > retiredAt);
}

const MAX_PATH_LENGTH = 8;

/**
 * Points everyone on a path directly at its root. This is path compression (Tarjan and van Leeuwen,
 * 1984): it keeps paths at O(log n) steps, amortized, in whatever order trees were merged. It needs
 * no lock: an ancestor stays an ancestor, so any value written here stays valid, and rows that
 * another transaction is compressing are skipped.
 */
async function compressPath(tx: Sql, path: string[]) {
  await tx.query(sql`
    update referrals set top_id = ${path.at(-1)} where referee_id in (
      select referee_id from referrals where referee_id = any(${path.slice(0, -2)}::uuid[])
      for update skip locked)`);
}

async function lockTrees(tx: Sql, ids: { exclusive: string; shared: string }) {
  const keys = { exclusive: lockKey(ids.exclusive), shared: lockKey(ids.shared) };
  const exclusive = sql`select pg_advisory_xact_lock(${keys.exclusive})`;
  const shared = sql`select pg_advisory_xact_lock_shared(${keys.shared})`;
  const inOrder = keys.exclusive < keys.shared ? [exclusive, shared] : [shared, exclusive];
  for (const lock of inOrder) await tx.query(lock);
}

/** The key of a user's advisory lock. Users whose keys collide merely wait for each other. */
function lockKey(userId: string): bigint {
  return createHash('sha256').update(userId).digest().readBigInt64BE();
}
