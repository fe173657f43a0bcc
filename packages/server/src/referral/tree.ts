import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import { maskPhone } from '../core/phone.ts';
import type { Deps } from '../deps.ts';
import type { UserStatus } from '../identity/user-status.ts';
import { phoneOfReferee } from './referrals.ts';

export interface ReferralTree {
  user: {
    id: string;
    /** Full for the user, subject to REFERRAL_PHONES for direct referees, masked further down */
    phone: string | null;
    displayName: string | null;
    status: UserStatus;
  };
  /** All direct referees, including those left out of `children` */
  referralCount: number;
  /** Newest first; limited by `depth`, by `limit`, by MAX_NODES and by MAX_BYTES */
  children: ReferralTree[];
}

interface Row {
  id: string;
  referrerId: string | null;
  level: number;
  phone: string | null;
  displayName: string | null;
  status: UserStatus;
  referralCount: number;
}

/** The maximum number of users in one tree. Users closest to the root come first. */
const MAX_NODES = 1_000;
/**
 * The maximum size of a tree as JSON. 1,000 users with names of 12 letters take 190 kB; with names
 * of 80 characters that take 3 bytes each, they would take 420 kB.
 */
const MAX_BYTES = 256 * 1024;
/** What a node takes in JSON besides its name, at most. */
const NODE_BYTES = 180;

/**
 * Returns a user and their referees, level by level, down to `depth` and up to MAX_NODES users in MAX_BYTES.
 * @param bounds `depth` is the number of levels below the user, `limit` the children per node
 * @throws DomainError NOT_FOUND
 */
export async function readTree(
  { config, database }: Pick<Deps, 'config' | 'database'>,
  userId: string,
  bounds: { depth: number; limit: number },
): Promise<ReferralTree> {
  const rows = await database.query<Row>(sql`
    with recursive node (id, referrer_id, level) as (
      select ${userId}::uuid, null::uuid, 0
      union all
      select r.referee_id, p.id, p.level + 1
      from node p, lateral (
        select referee_id from referrals where referrer_id = p.id
        order by activated_at desc, referee_id desc limit ${bounds.limit}
      ) r
      where p.level < ${bounds.depth}
    ), shown as (
      -- A recursive query yields rows level by level and stops at the limit.
      select *, row_number() over () as ordinal from (select * from node limit ${MAX_NODES}) node
    )
    select s.id, s.referrer_id as "referrerId", s.level, u.phone, u.display_name as "displayName",
      u.status, u.referral_count as "referralCount"
    from shown s, lateral (
      select phone, display_name, status, referral_count from users where id = s.id offset 0
    ) u
    order by s.ordinal`);
  const nodes = new Map<string, ReferralTree>();
  let bytes = 0;
  for (const { referrerId, level, referralCount, phone, ...user } of rows) {
    bytes += NODE_BYTES + Buffer.byteLength(JSON.stringify(user.displayName));
    if (bytes > MAX_BYTES) break;
    const node = {
      user: { ...user, phone: visiblePhone(phone, level) },
      referralCount,
      children: [],
    };
    nodes.set(user.id, node);
    if (referrerId) nodes.get(referrerId)?.children.push(node);
  }
  const root = nodes.get(userId);
  if (!root) throw new DomainError('NOT_FOUND');
  return root;

  /** Users below the first level are strangers to the user, so their phones are always masked. */
  function visiblePhone(phone: string | null, level: number): string | null {
    if (phone === null || level === 0) return phone;
    return level === 1 ? phoneOfReferee(config, phone) : maskPhone(phone);
  }
}
