import { setTimeout as sleep } from 'node:timers/promises';
import sql, { type Sql } from 'sql-template-tag';
import type { Logger, Metrics } from '../observability/port.ts';
import type { Database } from './port.ts';

/** Any number will do, as long as every instance takes the same one. */
const LOCK = 4_719_254;

const DAY = 86_400_000;

interface Chore {
  kind: string;
  /** Rows a transaction: a session takes all its refresh tokens with it, thousands at worst. */
  batch: number;
  /** Deletes up to so many rows and returns one for each. Rows in use are left for the next time. */
  sweep(now: Date, batch: number): Sql;
}

const CHORES: Chore[] = [
  {
    kind: 'session',
    batch: 200,
    sweep: (now, batch) => sql`
      delete from sessions where id in (
        select id from sessions where expires_at <= ${now}
        order by expires_at limit ${batch} for update skip locked)
      returning id`,
  },
  {
    kind: 'phone_code',
    batch: 1_000,
    // Sends and tries count for 24 hours, and none is later than the last code's end.
    sweep: (now, batch) => sql`
      delete from phone_codes where phone in (
        select phone from phone_codes where expires_at <= ${new Date(+now - DAY)}
        order by expires_at limit ${batch} for update skip locked)
      returning phone`,
  },
];

interface CleanupDeps {
  database: Database;
  metrics: Metrics;
  clock: () => number;
}

export interface Swept {
  deleted: Record<string, number>;
  /** Another instance was at it, so this one left it alone. */
  skipped: boolean;
}

/**
 * Deletes what has expired, batch by batch, each in a transaction that holds a lock of PostgreSQL's:
 * one instance at a time, and one that is killed holds nothing. Nothing waits for it, and nothing
 * depends on it: what has expired is refused whether it is still there or not.
 */
export async function sweep(
  { database, clock, metrics }: CleanupDeps,
  signal?: AbortSignal,
): Promise<Swept> {
  const deleted: Record<string, number> = {};
  for (const { kind, batch, sweep } of CHORES) {
    for (let count = batch; count === batch && !signal?.aborted; ) {
      const swept = await database.transaction(async (tx) => {
        const [lock] = await tx.query<{ held: boolean }>(
          sql`select pg_try_advisory_xact_lock(${LOCK}) as held`,
        );
        return lock?.held ? (await tx.query(sweep(new Date(clock()), batch))).length : undefined;
      });
      if (swept === undefined) return { deleted, skipped: true };
      count = swept;
      deleted[kind] = (deleted[kind] ?? 0) + count;
      for (let n = 0; n < count; n++) metrics.count('invitree_cleanup_deleted_total', { kind });
    }
  }
  return { deleted, skipped: false };
}

export interface Cleanup {
  /** Ends after the batch under way. */
  close(): Promise<void>;
}

/** Sweeps every so many seconds for as long as the service runs. A round that fails is told and is all there is to it. */
export function startCleanup(deps: CleanupDeps & { log: Logger }, seconds: number): Cleanup {
  const { metrics, clock, log } = deps;
  const stop = new AbortController();
  let lastSuccess = 0;
  metrics.measure('invitree_cleanup_last_success_timestamp_seconds', () => ({
    sweep: lastSuccess,
  }));
  const rounds = (async () => {
    while (!stop.signal.aborted) {
      // Instances that started together do not come together.
      await sleep(seconds * 1000 * (0.5 + Math.random()), undefined, { signal: stop.signal });
      try {
        const { deleted, skipped } = await sweep(deps, stop.signal);
        if (!skipped) lastSuccess = clock() / 1000;
        metrics.count('invitree_cleanup_runs_total', {
          outcome: skipped ? 'skipped' : 'done',
        });
        if (Object.values(deleted).some((count) => count > 0))
          log.info({ deleted }, 'Deleted what had expired');
      } catch (err) {
        metrics.count('invitree_cleanup_runs_total', { outcome: 'failed' });
        log.warn({ err }, 'Cleanup failed');
      }
    }
  })().catch(() => undefined);
  return {
    async close() {
      stop.abort();
      await rounds;
    },
  };
}
