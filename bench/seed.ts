/**
 * pnpm bench seed [--users 10000000] [--server postgres://...]
 *
 * Creates a PostgreSQL database if necessary and fills it with users and their referrals by COPY.
 * If interrupted, the same command resumes.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { Client, Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { migrateWithLock } from '../packages/server/src/database/migrations.ts';
import { createDatabase, inTransaction, seedUrl } from './database.ts';
import { generateForest } from './forest.ts';
import { dropIndexes } from './indexes.ts';
import { generateUsers } from './users.ts';

const BATCH = 100_000;

const COUNT_DAYS = `insert into referral_days (referrer_id, day, count)
  select referrer_id, (activated_at at time zone 'UTC')::date, count(*) from referrals group by 1, 2`;

/** Fills the database at `url`, resuming an interrupted run. Does nothing if it is complete. */
export async function seed(url: string, users: number, log: (line: string) => void): Promise<void> {
  await createDatabase(url);
  const pool = new Pool({ connectionString: url, max: 2 });
  await migrateWithLock(pool);
  await pool.end();
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`set synchronous_commit = off`);
    await client.query(`set maintenance_work_mem = '1GB'`);
    // Skips triggers: restoring the keys validates them, and the days are counted at the end.
    await client.query(`set session_replication_role = replica`);
    await fill(client, users, log);
  } finally {
    await client.end();
  }
}

async function fill(client: Client, users: number, log: (line: string) => void) {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock(1) as locked',
  );
  if (!rows[0]?.locked) {
    log('Waiting for another process to finish filling this database');
    await client.query('select pg_advisory_lock(1)');
  }
  await client.query(`create table if not exists bench_seed (
    users int, epoch timestamptz, next int, restore jsonb, restored int, complete boolean)`);
  const state = await readState(client, users);
  if (state.complete) return;
  const forest = generateForest(users);
  const { tables } = generateUsers(forest, +state.epoch);
  if (!state.restore) {
    await inTransaction(client, async () => {
      state.restore = [...(await dropIndexes(client, Object.keys(tables))), COUNT_DAYS];
      await client.query(`update bench_seed set restore = $1`, [JSON.stringify(state.restore)]);
    });
  }
  const startTime = Date.now();
  const startedAt = state.next;
  for (let from = state.next; from < users; from += BATCH) {
    const to = Math.min(users, from + BATCH);
    await inTransaction(client, async () => {
      for (const [table, { columns, row }] of Object.entries(tables))
        await pipeline(
          Readable.from(lines(row, from, to)),
          client.query(copyFrom(`copy ${table} (${columns}) from stdin`)),
        );
      await client.query(`update bench_seed set next = $1`, [to]);
    });
    const rate = (to - startedAt) / ((Date.now() - startTime) / 1000);
    log(
      `${to} of ${users} users (${Math.round((to / users) * 100)} %), ` +
        `${Math.round(rate)} per second, ${Math.round((users - to) / rate)} s left`,
    );
  }
  for (const [i, statement] of (state.restore ?? []).entries()) {
    if (i < state.restored) continue;
    log(statement);
    await inTransaction(client, async () => {
      await client.query(statement);
      await client.query(`update bench_seed set restored = $1`, [i + 1]);
    });
  }
  // Only the filled tables: PostgreSQL plans a full scan of a table that was empty when it was
  // analyzed, but not of one that was never analyzed.
  const vacuum = `vacuum analyze ${Object.keys(tables).join(', ')}, referral_days`;
  log(vacuum);
  await client.query(vacuum);
  await client.query(`update bench_seed set complete = true`);
}

interface State {
  epoch: Date;
  next: number;
  /** Statements to run after all rows are in. */
  restore: string[] | null;
  /** How many of them have run. */
  restored: number;
  complete: boolean;
}

async function readState(client: Client, users: number): Promise<State> {
  await client.query(
    `insert into bench_seed select $1, now(), 0, null, 0, false where not exists (select from bench_seed)`,
    [users],
  );
  const { rows } = await client.query<State & { users: number }>(`select * from bench_seed`);
  const [state] = rows;
  if (state?.users !== users)
    throw new Error(`This database is being filled with ${state?.users} users`);
  return state;
}

function* lines(row: (i: number) => string, from: number, to: number): Generator<string> {
  let chunk = '';
  for (let i = from; i < to; i++) {
    chunk += row(i);
    if (chunk.length > 65_536) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      users: { type: 'string', default: '10000000' },
      server: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432' },
    },
  });
  const users = Number(values.users);
  await seed(seedUrl(values.server, users), users, (line) => console.log(line));
}
