import { setTimeout as sleep } from 'node:timers/promises';
import sql, { type Sql } from 'sql-template-tag';
import { DAY, SECOND } from '../core/time.ts';
import type { Logger, Metrics } from '../observability/port.ts';
import type { Database } from './port.ts';

/** Arbitrary, but the same on every instance. */
const CLEANUP_LOCK = 4_719_254;

interface CleanupTask {
  kind: string;
  /** Rows per transaction. A session's refresh tokens, thousands at worst, are deleted with it. */
  batchSize: number;
  /** Deletes up to `limit` expired rows and returns one row for each. Skips locked rows. */
  deleteExpired(now: Date, limit: number): Sql;
}

const TASKS: CleanupTask[] = [
  {
    kind: 'session',
    batchSize: 200,
    deleteExpired: (now, limit) => sql`
      delete from sessions where id in (
        select id from sessions where expires_at <= ${now}
        order by expires_at limit ${limit} for update skip locked)
      returning id`,
  },
  {
    kind: 'phone_code',
    batchSize: 1_000,
    // Sends and wrong guesses count for 24 hours. None is later than the last code's expiry.
    deleteExpired: (now, limit) => sql`
      delete from phone_codes where phone in (
        select phone from phone_codes where expires_at <= ${new Date(+now - DAY)}
        order by expires_at limit ${limit} for update skip locked)
      returning phone`,
  },
];

interface CleanupDeps {
  database: Database;
  metrics: Metrics;
  clock: () => number;
}

export interface CleanupResult {
  /** Deleted rows by kind. */
  deleted: Record<string, number>;
  /** True if another instance held the lock, so this one stopped. */
  skipped: boolean;
}

/**
 * Deletes expired rows in batches, one transaction each. An advisory lock lets one instance clean
 * up at a time, and PostgreSQL releases it if that instance is killed. Nothing depends on this
 * running: expired rows are ignored whether they still exist or not.
 */
export async function cleanUp(
  { database, clock, metrics }: CleanupDeps,
  signal?: AbortSignal,
): Promise<CleanupResult> {
  const deleted: Record<string, number> = {};
  for (const { kind, batchSize, deleteExpired } of TASKS) {
    for (let count = batchSize; count === batchSize && !signal?.aborted; ) {
      const batch = await database.transaction(async (tx) => {
        const [lock] = await tx.query<{ held: boolean }>(
          sql`select pg_try_advisory_xact_lock(${CLEANUP_LOCK}) as held`,
        );
        return lock?.held ? tx.query(deleteExpired(new Date(clock()), batchSize)) : undefined;
      });
      if (batch === undefined) return { deleted, skipped: true };
      count = batch.length;
      deleted[kind] = (deleted[kind] ?? 0) + count;
      if (count > 0) metrics.count('invitree_cleanup_deleted_total', { kind }, count);
    }
  }
  return { deleted, skipped: false };
}

export interface Cleanup {
  /** Stops after the current batch. */
  close(): Promise<void>;
}

/** Cleans up about every `interval` seconds. A failed round is logged; the next one retries. */
export function startCleanup(deps: CleanupDeps & { log: Logger }, interval: number): Cleanup {
  const { metrics, clock, log } = deps;
  const stop = new AbortController();
  let lastSuccess = 0;
  metrics.registerReading('invitree_cleanup_last_success_timestamp_seconds', () => ({
    sweep: lastSuccess,
  }));
  const rounds = (async () => {
    while (!stop.signal.aborted) {
      // Jitter keeps instances that started together from running at the same time.
      await sleep(interval * SECOND * (0.5 + Math.random()), undefined, { signal: stop.signal });
      try {
        const { deleted, skipped } = await cleanUp(deps, stop.signal);
        if (!skipped) lastSuccess = clock() / SECOND;
        metrics.count('invitree_cleanup_runs_total', {
          outcome: skipped ? 'skipped' : 'done',
        });
        if (Object.values(deleted).some((count) => count > 0))
          log.info({ deleted }, 'Deleted expired rows');
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
