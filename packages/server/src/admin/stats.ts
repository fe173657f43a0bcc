import sql from 'sql-template-tag';
import { DAY } from '../core/time.ts';
import type { Deps } from '../deps.ts';

/** Tables up to this size are counted, which takes 0.1 s. Larger ones are estimated. */
const MAX_COUNTED_ROWS = 1_000_000;

interface DayCount {
  /** `2026-11-20`, UTC */
  day: string;
  count: number;
}

export interface Stats {
  /** Excludes deleted users */
  users: number;
  /** All time */
  activations: number;
  /** True if `users` or `activations` is an estimate by PostgreSQL */
  estimated: boolean;
  blocked: number;
  admins: number;
  signUpsByDay: DayCount[];
  activationsByDay: DayCount[];
  topReferrers: TopReferrer[];
}

interface TopReferrer {
  id: string;
  phone: string | null;
  displayName: string | null;
  /** Within the requested days */
  activations: number;
  /** All time */
  referralCount: number;
}

/**
 * Returns totals and the last `days` days, including today (UTC). The cost grows with the number of
 * days, not with the size of the tables. Top referrers are those of these days, because an all-time
 * list needs an index on `referral_count`, which would make each activation update every index of
 * `users`.
 */
export async function readStats(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  days: number,
): Promise<Stats> {
  const today = Math.floor(clock() / DAY) * DAY;
  const dates = Array.from({ length: days }, (_, i) => new Date(today - (days - 1 - i) * DAY));
  const from = dates[0] as Date;
  const countByDay = (table: 'users' | 'referrals') => {
    const [rows, at] =
      table === 'users' ? [sql`users`, sql`created_at`] : [sql`referrals`, sql`activated_at`];
    // Scans the index once per day. Grouping would sort all rows.
    return database.query<DayCount>(sql`
      select to_char(d at time zone 'UTC', 'YYYY-MM-DD') as day, (
        select count(*)::int from ${rows} where ${at} >= d and ${at} < d + interval '1 day'
      ) as count
      from unnest(${dates}::timestamptz[]) d order by d`);
  };
  const [totals, signUpsByDay, activationsByDay, topReferrers] = await Promise.all([
    readTotals(database),
    countByDay('users'),
    countByDay('referrals'),
    database.query<TopReferrer>(sql`
      select u.id, u.phone, u.display_name as "displayName", t.activations,
        u.referral_count as "referralCount"
      from (
        select referrer_id, count(*)::int as activations
        from referrals where activated_at >= ${from}
        group by referrer_id order by activations desc, referrer_id limit 10
      ) t join users u on u.id = t.referrer_id
      order by t.activations desc, u.id`),
  ]);
  return { ...totals, signUpsByDay, activationsByDay, topReferrers };
}

type Totals = Pick<Stats, 'users' | 'activations' | 'estimated' | 'blocked' | 'admins'>;

async function readTotals(database: Deps['database']): Promise<Totals> {
  const [[counts], users, activations] = await Promise.all([
    database.query<{ blocked: number; deleted: number; admins: number }>(sql`
      select (select count(*)::int from users where status = 'blocked') as blocked,
        (select count(*)::int from users where status = 'deleted') as deleted,
        (select count(*)::int from users where role = 'admin' and status = 'active') as admins`),
    countRows(database, 'users'),
    countRows(database, 'referrals'),
  ]);
  const { blocked = 0, deleted = 0, admins = 0 } = counts ?? {};
  return {
    users: users.rows - deleted,
    activations: activations.rows,
    estimated: users.estimated || activations.estimated,
    blocked,
    admins,
  };
}

/**
 * Estimates the rows of a table as the planner does: rows per page at the last ANALYZE, multiplied
 * by the current number of pages. Counts them if there are at most MAX_COUNTED_ROWS.
 */
async function countRows({ query }: Deps['database'], table: 'users' | 'referrals') {
  const [size] = await query<{ estimate: number }>(sql`
    select (case when relpages > 0 and reltuples > 0
      then reltuples / relpages * (pg_relation_size(oid) / current_setting('block_size')::int)
      else 0
    end)::float8 as estimate
    from pg_class where oid = ${table}::regclass`);
  const estimate = Math.round(size?.estimate ?? 0);
  if (estimate > MAX_COUNTED_ROWS) return { rows: estimate, estimated: true };
  const [counted] = await query<{ rows: number }>(
    table === 'users'
      ? sql`select count(*)::int as rows from users`
      : sql`select count(*)::int as rows from referrals`,
  );
  return { rows: counted?.rows ?? 0, estimated: false };
}
