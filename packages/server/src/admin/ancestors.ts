import sql from 'sql-template-tag';
import { type Page, pageBy } from '../core/paging.ts';
import type { Deps } from '../deps.ts';

export interface Ancestor {
  id: string;
  phone: string | null;
  displayName: string | null;
  /** The code that the user below activated, and when */
  inviteCode: string;
  activatedAt: Date;
}

/**
 * Returns a user's referrer, the referrer's referrer and so on, up to the root. A page's cursor is
 * the id of its last user: the next page holds that user's ancestors.
 */
export async function listAncestors(
  { database }: Pick<Deps, 'database'>,
  userId: string,
  limit: number,
): Promise<Page<Ancestor>> {
  const rows = await database.query<Ancestor>(sql`
    with recursive ancestors as (
      select r.*, 1 as level from referrals r where r.referee_id = ${userId}
      union all
      select r.*, a.level + 1 from ancestors a join referrals r on r.referee_id = a.referrer_id
      where a.level <= ${limit}
    )
    select u.id, u.phone, u.display_name as "displayName", a.invite_code as "inviteCode",
      a.activated_at as "activatedAt"
    from ancestors a join users u on u.id = a.referrer_id order by a.level`);
  return pageBy(rows, limit, ({ id }) => id);
}
