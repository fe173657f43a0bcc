import sql from 'sql-template-tag';
import { type Cursor, type Page, pageOf } from '../paging.ts';
import type { Deps } from '../ports.ts';

export interface Referral {
  /** The referee's id */
  id: string;
  phone: string | null;
  displayName: string | null;
  activatedAt: Date;
}

/** Whom a user brought, the newest first. Pages go by key, so they stay put while others join. */
export async function listReferrals(
  { database }: Deps,
  userId: string,
  { cursor, limit }: { cursor?: Cursor | undefined; limit: number },
): Promise<Page<Referral>> {
  const before = cursor
    ? sql`and (activated_at, referee_id) < (${cursor.at}, ${cursor.id}::uuid)`
    : sql``;
  const rows = await database.query<Referral>(sql`
    select n.referee_id as id, u.phone, u.display_name as "displayName", n.activated_at as "activatedAt"
    from (
      select referee_id, activated_at from referrals
      where referrer_id = ${userId} ${before}
      order by activated_at desc, referee_id desc limit ${limit + 1}
    ) n, lateral (select phone, display_name from users where id = n.referee_id) u
    order by n.activated_at desc, n.referee_id desc`);
  return pageOf(rows, limit, ({ activatedAt, id }) => ({ at: activatedAt, id }));
}
