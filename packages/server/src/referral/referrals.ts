import sql from 'sql-template-tag';
import type { Config } from '../config.ts';
import { type Cursor, type Page, pageOf } from '../core/paging.ts';
import { maskPhone } from '../core/phone.ts';
import type { Deps } from '../deps.ts';
import type { UserStatus } from '../identity/user-status.ts';

export interface Referral {
  /** The referee's id */
  id: string;
  phone: string | null;
  displayName: string | null;
  status: UserStatus;
  /** ISO 8601 in UTC */
  activatedAt: string;
}

/**
 * The activation time of a referral `n`, formatted by the database. Parsing each into a Date and
 * formatting it again would take most of the CPU time of a list.
 */
export const ACTIVATED_AT = sql`to_char(n.activated_at at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "activatedAt"`;

/** Returns a referee's phone as shown to their referrer. */
export function phoneOfReferee(
  { REFERRAL_PHONES }: Pick<Config, 'REFERRAL_PHONES'>,
  phone: string | null,
): string | null {
  return phone !== null && REFERRAL_PHONES === 'masked' ? maskPhone(phone) : phone;
}

/** Returns a page of a user's referrals, newest first. Keyset cursors keep pages stable. */
export async function listReferrals(
  { config, database }: Pick<Deps, 'config' | 'database'>,
  userId: string,
  { cursor, limit }: { cursor?: Cursor | undefined; limit: number },
): Promise<Page<Referral>> {
  const before = cursor
    ? sql`and (activated_at, referee_id) < (${cursor.at}, ${cursor.id}::uuid)`
    : sql``;
  const rows = await database.query<Referral>(sql`
    select n.referee_id as id, u.phone, u.display_name as "displayName", u.status,
      ${ACTIVATED_AT}
    from (
      select referee_id, activated_at from referrals
      where referrer_id = ${userId} ${before}
      order by activated_at desc, referee_id desc limit ${limit + 1}
    ) n, lateral (select phone, display_name, status from users where id = n.referee_id) u
    order by n.activated_at desc, n.referee_id desc`);
  const shown = rows.map((row) => ({ ...row, phone: phoneOfReferee(config, row.phone) }));
  return pageOf(shown, limit, ({ activatedAt, id }) => ({ at: new Date(activatedAt), id }));
}
