import sql from 'sql-template-tag';
import type { Deps } from '../deps.ts';

const DAY = 86_400_000;

/** Up to here rows are counted one by one, in a tenth of a second; beyond, PostgreSQL's own estimate will do. */
const COUNTED = 1_000_000;

interface DayCount {
  /** `2026-11-20`, UTC */
  day: string;
  count: number;
}

export interface Stats {
  /** Without deleted ones. */
  users: number;
  /** Of all time */
  activations: number;
  /** Whether the two are PostgreSQL's estimates. */
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
  /** Activations of these days. */
  activations: number;
  /** Of all time. */
  referralCount: number;
}

/**
 * The service at a glance: the last `days` days, today included, by UTC. What it reads grows with the
 * days asked for, not with the tables. So the top referrers are those of these days: an index on
 * `referral_count` would make each activation write to every index of `users`.
 */
export async function readStats(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  days: number,
): Promise<Stats> {
  const today = Math.floor(clock() / DAY) * DAY;
  const dates = Array.from({ length: days }, (_, i) => new Date(today - (days - 1 - i) * DAY));
  const from = dates[0] as Date;
  const count = (table: 'users' | 'referrals') => {
    const [rows, at] =
      table === 'users' ? [sql`users`, sql`created_at`] : [sql`referrals`, sql`activated_at`];
    // A walk along the index for each day; grouping would sort them all.
    return database.query<DayCount>(sql`
      select to_char(d at time zone 'UTC', 'YYYY-MM-DD') as day, (
        select count(*)::int from ${rows} where ${at} >= d and ${at} < d + interval '1 day'
      ) as count
      from unnest(${dates}::timestamptz[]) d order by d`);
  };
  const [figures, signUpsByDay, activationsByDay, topReferrers] = await Promise.all([
    countUsers(database),
    count('users'),
    count('referrals'),
    database.query<TopReferrer>(sql`
      select u.id, u.phone, u.display_name as "displayName", t.activations, u.referral_count as "referralCount"
      from (
        select referrer_id, count(*)::int as activations from referrals where activated_at >= ${from}
        group by referrer_id order by activations desc, referrer_id limit 10
      ) t join users u on u.id = t.referrer_id
      order by t.activations desc, u.id`),
  ]);
  return { ...figures, signUpsByDay, activationsByDay, topReferrers };
}

type Figures = Pick<Stats, 'users' | 'activations' | 'estimated' | 'blocked' | 'admins'>;

async function countUsers(database: Deps['database']): Promise<Figures> {
  const [[standing], users, activations] = await Promise.all([
    database.query<{ blocked: number; deleted: number; admins: number }>(sql`
      select (select count(*)::int from users where status = 'blocked') as blocked,
        (select count(*)::int from users where status = 'deleted') as deleted,
        (select count(*)::int from users where role = 'admin' and status = 'active') as admins`),
    countRows(database, 'users'),
    countRows(database, 'referrals'),
  ]);
  const { blocked = 0, deleted = 0, admins = 0 } = standing ?? {};
  return {
    users: users.rows - deleted,
    activations: activations.rows,
    estimated: users.estimated || activations.estimated,
    blocked,
    admins,
  };
}

/** As the planner reckons: rows a page as of the last ANALYZE, times the pages of now; counted if not many. */
async function countRows({ query }: Deps['database'], table: 'users' | 'referrals') {
  const [size] = await query<{ estimate: number }>(sql`
    select (case when relpages > 0 and reltuples > 0
      then reltuples / relpages * (pg_relation_size(oid) / current_setting('block_size')::int) else 0
    end)::float8 as estimate
    from pg_class where oid = ${table}::regclass`);
  const estimate = Math.round(size?.estimate ?? 0);
  if (estimate > COUNTED) return { rows: estimate, estimated: true };
  const [counted] = await query<{ rows: number }>(
    table === 'users'
      ? sql`select count(*)::int as rows from users`
      : sql`select count(*)::int as rows from referrals`,
  );
  return { rows: counted?.rows ?? 0, estimated: false };
}
