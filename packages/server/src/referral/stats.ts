import sql from 'sql-template-tag';
import type { Deps } from '../deps.ts';

export interface Stats {
  /** Whom the user brought */
  direct: number;
  /** Whom they brought, and those, and so on, as far as `byLevel` goes */
  total: number;
  /** Level 1 is direct. */
  byLevel: { level: number; count: number }[];
  /** Whether `byLevel` tells of everyone below the user. If not, there are at least as many. */
  complete: boolean;
  /** Direct ones by UTC day, the oldest first, days without any included */
  byDay: { day: string; count: number }[];
}

/** How far down levels are counted. */
const LEVELS = 10;
/** How many users of a tree are looked at: tens of milliseconds, if all of them have to be fetched. */
const NODES = 2_000;

/**
 * What came of a user's invitations. Its cost is bounded whatever the size of the tree: `direct` and
 * `byDay` are kept up to date by each activation; the levels are counted from the top down, each
 * user seen adding their own kept count to the level below, until NODES users have been seen.
 */
export async function readStats(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  userId: string,
  days: number,
): Promise<Stats> {
  const [{ levels, byDay } = { levels: [], byDay: [] }] = await database.query<{
    levels: { level: number; seen: number; below: number }[];
    byDay: Stats['byDay'];
  }>(sql`
    with recursive node (id, level) as (
      select ${userId}::uuid, 0
      union all
      -- "offset 0" keeps the planner from reading whole tables for a tree that it thinks large.
      select r.referee_id, p.level + 1
      from node p, lateral (select referee_id from referrals where referrer_id = p.id offset 0) r
      where p.level < ${LEVELS}
    ), seen as (
      -- A recursive query gives its rows level by level, and no more of them than are asked for.
      select id, level from node limit ${NODES + 1}
    ), levels as (
      select level, count(*)::int as seen, sum(u.referral_count)::int as below
      from seen, lateral (select referral_count from users where id = seen.id offset 0) u
      group by level
    ), days as (
      select day::date from generate_series(
        ${new Date(clock())}::timestamptz at time zone 'UTC' - ${days - 1} * interval '1 day',
        ${new Date(clock())}::timestamptz at time zone 'UTC', interval '1 day') day
    )
    select
      (select json_agg(levels order by level) from levels) as levels,
      (select json_agg(json_build_object('day', d.day, 'count', coalesce(r.count, 0)) order by d.day)
        from days d left join referral_days r on r.referrer_id = ${userId}::uuid and r.day = d.day) as "byDay"`);
  const seen = levels.reduce((sum, level) => sum + level.seen, 0);
  const beyond = levels.find(({ level }) => level === LEVELS)?.below ?? 0;
  const byLevel = levels
    .filter(({ level, below }) => level < LEVELS && below > 0)
    .map(({ level, below }) => ({ level: level + 1, count: below }));
  return {
    direct: byLevel[0]?.count ?? 0,
    total: byLevel.reduce((sum, { count }) => sum + count, 0),
    byLevel,
    complete: seen <= NODES && beyond === 0,
    byDay,
  };
}
