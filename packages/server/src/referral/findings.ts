import sql from 'sql-template-tag';
import { type Cursor, type Page, pageOf } from '../core/paging.ts';
import type { Deps } from '../deps.ts';
import type { Rule } from './abuse.ts';

export interface Finding {
  id: string;
  at: Date;
  rule: Rule;
  reason: string;
  refused: boolean;
  /** null if it was a sign-up that was refused */
  refereeId: string | null;
  referrerId: string;
  inviteCode: string;
}

interface Which {
  cursor?: Cursor | undefined;
  limit: number;
  rule?: Rule | undefined;
  /** As referrer or referee */
  userId?: string | undefined;
}

/** What the rules against referral abuse noticed, the newest first. */
export async function listFindings(
  { database }: Pick<Deps, 'database'>,
  { cursor, limit, rule, userId }: Which,
): Promise<Page<Finding>> {
  const before = cursor ? sql`and (at, id) < (${cursor.at}, ${cursor.id}::uuid)` : sql``;
  const ofRule = rule ? sql`and rule = ${rule}` : sql``;
  const ofUser = userId ? sql`and ${userId}::uuid in (referrer_id, referee_id)` : sql``;
  const rows = await database.query<Finding>(sql`
    select id, at, rule, reason, refused, referee_id as "refereeId",
      referrer_id as "referrerId", invite_code as "inviteCode"
    from referral_findings where true ${before} ${ofRule} ${ofUser}
    order by at desc, id desc limit ${limit + 1}`);
  return pageOf(rows, limit, ({ at, id }) => ({ at, id }));
}
