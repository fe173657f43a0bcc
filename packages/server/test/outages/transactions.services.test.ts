import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopServices } from '../services/cleanup.ts';
import { type PostgresServer, startPostgres } from '../services/postgres.ts';
import { open } from './open.ts';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(stopServices);

test('a statement or lock that exceeds its timeout is UNAVAILABLE and rolled back', async () => {
  const database = await open(postgres.url);
  await expect(database.query(sql`select pg_sleep(30)`)).rejects.toMatchObject({
    reason: 'UNAVAILABLE',
    data: { retryAfter: 1 },
  });
  await database.transaction(async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(1)`);
    await expect(
      database.transaction((other) => other.query(sql`select pg_advisory_xact_lock(1)`)),
    ).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  });
  expect(database.health.connections.waiting).toBe(0);
});

test('a transaction that loses its connection is retried, but not at COMMIT', async () => {
  const database = await open(postgres.url);
  const kill = sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'invitree' and pid <> pg_backend_pid()`;
  await database.query(sql`create table attempts (n int)`);
  let attempts = 0;
  await database.transaction(async (tx) => {
    attempts += 1;
    await tx.query(sql`insert into attempts values (${attempts})`);
    if (attempts === 1) await database.query(kill);
    await tx.query(sql`insert into attempts values (${attempts})`);
  });
  expect(await database.query(sql`select n from attempts order by n`)).toEqual([
    { n: 2 },
    { n: 2 },
  ]);

  attempts = 0;
  await expect(
    database.transaction(async (tx) => {
      attempts += 1;
      await tx.query(sql`insert into attempts values (99)`);
      await database.query(kill);
    }),
  ).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  expect(attempts).toBe(1);
});

test('a transaction that ignores an error is rolled back and rejects', async () => {
  const database = await open(postgres.url);
  await database.query(sql`create table once (n int primary key)`);
  await expect(
    database.transaction(async (tx) => {
      await tx.query(sql`insert into once values (1)`);
      await tx.query(sql`insert into once values (1)`).catch(() => undefined);
    }),
  ).rejects.toThrow('rolled back');
});

test('an invalid statement keeps its connection open', async () => {
  const database = await open(postgres.url, { DATABASE_POOL: '1' });
  const pid = async () =>
    (await database.query<{ pid: number }>(sql`select pg_backend_pid() as pid`))[0]?.pid;
  const before = await pid();
  await expect(database.query(sql`select 1 / 0`)).rejects.toThrow('division by zero');
  expect(await pid()).toBe(before);
});
