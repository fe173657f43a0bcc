/**
 * pnpm bench seed [--users 10000000] [--server postgres://...]: fills a PostgreSQL database with a forest of
 * referrals by COPY, and makes the database if there is none. Ended half way, the same command goes on.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { Client, Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { migrateOnce } from '../packages/server/src/database/migrations.ts';
import { growForest } from './forest.ts';
import { takeOff } from './indexes.ts';
import { people } from './people.ts';

const BATCH = 100_000;

const COUNT_DAYS = `insert into referral_days (referrer_id, day, count)
  select referrer_id, (activated_at at time zone 'UTC')::date, count(*) from referrals group by 1, 2`;

/** Where the seeded database of so many users is. */
export function seedUrl(server: string, users: number): string {
  const url = new URL(server);
  url.pathname = `/invitree_bench_${users}`;
  return url.href;
}

/** Fills the database at `url`, or what is missing there. */
export async function seed(url: string, users: number, say: (line: string) => void): Promise<void> {
  await createDatabase(url);
  const pool = new Pool({ connectionString: url, max: 2 });
  await migrateOnce(pool);
  await pool.end();
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`set synchronous_commit = off`);
    await client.query(`set maintenance_work_mem = '1GB'`);
    // No trigger for each row: keys are checked when they come back, days are counted at the end.
    await client.query(`set session_replication_role = replica`);
    await fill(client, users, say);
  } finally {
    await client.end();
  }
}

async function fill(client: Client, users: number, say: (line: string) => void) {
  const { rows } = await client.query<{ alone: boolean }>(
    'select pg_try_advisory_lock(1) as alone',
  );
  if (!rows[0]?.alone) {
    say('Waiting for another process that fills this database, or for what is left of one');
    await client.query('select pg_advisory_lock(1)');
  }
  await client.query(`create table if not exists bench_seed (
    users int, epoch timestamptz, next int, restore jsonb, restored int, complete boolean)`);
  const state = await readState(client, users);
  if (state.complete) return;
  const forest = growForest(users);
  const { tables } = people(forest, +state.epoch);
  if (!state.restore) {
    await inTransaction(client, async () => {
      state.restore = [...(await takeOff(client, Object.keys(tables))), COUNT_DAYS];
      await client.query(`update bench_seed set restore = $1`, [JSON.stringify(state.restore)]);
    });
  }
  const started = Date.now();
  const already = state.next;
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
    const rate = (to - already) / ((Date.now() - started) / 1000);
    say(
      `${to} of ${users} users (${Math.round((to / users) * 100)} %), ` +
        `${Math.round(rate)} a second, ${Math.round((users - to) / rate)} s left`,
    );
  }
  for (const [i, statement] of (state.restore ?? []).entries()) {
    if (i < state.restored) continue;
    say(statement);
    await inTransaction(client, async () => {
      await client.query(statement);
      await client.query(`update bench_seed set restored = $1`, [i + 1]);
    });
  }
  // Not the others: of a table that was empty when it was analyzed PostgreSQL plans to read all of it,
  // as it does not of one that nobody has analyzed yet.
  const vacuum = `vacuum analyze ${Object.keys(tables).join(', ')}, referral_days`;
  say(vacuum);
  await client.query(vacuum);
  await client.query(`update bench_seed set complete = true`);
}

interface State {
  epoch: Date;
  next: number;
  /** What is to be run after the rows are in, and how much of it was */
  restore: string[] | null;
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
  if (state?.users !== users) throw new Error(`The database was begun for ${state?.users} users`);
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

async function inTransaction(client: Client, work: () => Promise<void>) {
  await client.query('begin');
  try {
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function createDatabase(url: string) {
  const { pathname } = new URL(url);
  const name = pathname.slice(1);
  if (!/^[a-z0-9_]+$/.test(name)) throw new Error(`Not a name for a database: ${name}`);
  const admin = new URL(url);
  admin.pathname = '/postgres';
  const client = new Client({ connectionString: admin.href });
  await client.connect();
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  if (!rowCount) await client.query(`create database ${name}`);
  await client.end();
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
