import sql from 'sql-template-tag';
import type { Deps } from '../deps.ts';

export interface ReferralStats {
  /** Users referred directly */
  direct: number;
  /** The sum of `byLevel` */
  total: number;
  /** Level 1 is direct; at most MAX_LEVELS levels */
  byLevel: { level: number; count: number }[];
  /** True if `byLevel` covers the whole tree. If not, its counts are lower bounds. */
  complete: boolean;
  /** Direct referrals by UTC day, oldest first, including days without any */
  byDay: { day: string; count: number }[];
}

const MAX_LEVELS = 10;
/** How many users of a tree are visited, which takes tens of milliseconds if none are cached. */
const MAX_NODES = 2_000;

/**
 * Returns a user's referral counts. The cost is bounded for trees of any size: `direct` and `byDay`
 * come from counters that each activation updates. Levels are counted from the user down: each
 * visited user adds their own counter to the next level, until MAX_NODES users have been visited.
 */
export async function readReferralStats(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  userId: string,
  days: number,
): Promise<ReferralStats> {
  const [{ levels, byDay } = { levels: [], byDay: [] }] = await database.query<{
    levels: { level: number; visited: number; below: number }[];
    byDay: ReferralStats['byDay'];
  }>(sql`
    with recursive node (id, level) as (
      select ${userId}::uuid, 0
      union all
      -- "offset 0" keeps the planner from reading whole tables when it overestimates the tree.
      select r.referee_id, p.level + 1
      from node p, lateral (select referee_id from referrals where referrer_id = p.id offset 0) r
      where p.level < ${MAX_LEVELS}
    ), visited as (
      -- A recursive query yields rows level by level and stops at the limit.
      select id, level from node limit ${MAX_NODES + 1}
    ), levels as (
      select level, count(*)::int as visited, sum(u.referral_count)::int as below
      from visited, lateral (select referral_count from users where id = visited.id offset 0) u
      group by level
    ), days as (
      select day::date from generate_series(
        ${new Date(clock())}::timestamptz at time zone 'UTC' - ${days - 1} * interval '1 day',
        ${new Date(clock())}::timestamptz at time zone 'UTC', interval '1 day') day
    )
    select
      (select json_agg(levels order by level) from levels) as levels,
      (
        select json_agg(
          json_build_object('day', d.day, 'count', coalesce(r.count, 0)) order by d.day
        )
        from days d
        left join referral_days r on r.referrer_id = ${userId}::uuid and r.day = d.day
      ) as "byDay"`);
  const visited = levels.reduce((sum, level) => sum + level.visited, 0);
  const belowLastLevel = levels.find(({ level }) => level === MAX_LEVELS)?.below ?? 0;
  const byLevel = levels
    .filter(({ level, below }) => level < MAX_LEVELS && below > 0)
    .map(({ level, below }) => ({ level: level + 1, count: below }));
  return {
    direct: byLevel[0]?.count ?? 0,
    total: byLevel.reduce((sum, { count }) => sum + count, 0),
    byLevel,
    complete: visited <= MAX_NODES && belowLastLevel === 0,
    byDay,
  };
}
