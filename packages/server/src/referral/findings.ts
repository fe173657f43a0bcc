import sql from 'sql-template-tag';
import { type Cursor, type Page, pageOf } from '../core/paging.ts';
import type { Deps } from '../deps.ts';
import type { AbuseRule } from './abuse-rules.ts';

export interface Finding {
  id: string;
  at: Date;
  rule: AbuseRule;
  reason: string;
  refused: boolean;
  /** null if a sign-up was refused, because then no account was created */
  refereeId: string | null;
  referrerId: string;
  inviteCode: string;
}

interface FindingFilter {
  cursor?: Cursor | undefined;
  limit: number;
  rule?: AbuseRule | undefined;
  /** The referrer or the referee */
  userId?: string | undefined;
}

/** Returns a page of the findings of the abuse rules, newest first. */
export async function listFindings(
  { database }: Pick<Deps, 'database'>,
  { cursor, limit, rule, userId }: FindingFilter,
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
