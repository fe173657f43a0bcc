import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import { maskPhone } from '../core/phone.ts';
import type { Deps } from '../deps.ts';
import { phoneOfReferee } from './referrals.ts';

export interface ReferralTree {
  user: {
    id: string;
    /** In full for the user and, as REFERRAL_PHONES says, whom they brought; masked further down */
    phone: string | null;
    displayName: string | null;
    status: 'active' | 'blocked' | 'deleted';
  };
  /** All whom this user brought, also those not among `children` */
  referralCount: number;
  /** The newest first; cut off by depth, by `limit` and by the size of the whole answer */
  children: ReferralTree[];
}

interface Row {
  id: string;
  referrerId: string | null;
  level: number;
  phone: string | null;
  displayName: string | null;
  status: ReferralTree['user']['status'];
  referralCount: number;
}

/** How many users one answer holds at most: those nearest to the top come first. */
const TREE_NODES = 1_000;

/**
 * A user with those below them, level by level, until depth, breadth or TREE_NODES end it.
 * @throws DomainError NOT_FOUND
 */
export async function readTree(
  { config, database }: Pick<Deps, 'config' | 'database'>,
  userId: string,
  { depth, limit }: { depth: number; limit: number },
): Promise<ReferralTree> {
  const rows = await database.query<Row>(sql`
    with recursive node (id, referrer_id, level) as (
      select ${userId}::uuid, null::uuid, 0
      union all
      select r.referee_id, p.id, p.level + 1
      from node p, lateral (
        select referee_id from referrals where referrer_id = p.id
        order by activated_at desc, referee_id desc limit ${limit}
      ) r
      where p.level < ${depth}
    ), shown as (
      -- A recursive query gives its rows level by level, and no more of them than are asked for.
      select *, row_number() over () as place from (select * from node limit ${TREE_NODES}) node
    )
    select s.id, s.referrer_id as "referrerId", s.level, u.phone, u.display_name as "displayName",
      u.status, u.referral_count as "referralCount"
    from shown s, lateral (
      select phone, display_name, status, referral_count from users where id = s.id offset 0
    ) u
    order by s.place`);
  const nodes = new Map<string, ReferralTree>();
  for (const { referrerId, level, referralCount, phone, ...user } of rows) {
    const node = {
      user: { ...user, phone: shownPhone(phone, level) },
      referralCount,
      children: [],
    };
    nodes.set(user.id, node);
    if (referrerId) nodes.get(referrerId)?.children.push(node);
  }
  const top = nodes.get(userId);
  if (!top) throw new DomainError('NOT_FOUND');
  return top;

  /** A referee's referees are strangers to the user. */
  function shownPhone(phone: string | null, level: number): string | null {
    if (phone === null || level === 0) return phone;
    return level === 1 ? phoneOfReferee(config, phone) : maskPhone(phone);
  }
}
