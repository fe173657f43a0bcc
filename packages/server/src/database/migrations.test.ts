import { afterEach, expect, test } from 'vitest';
import { migrate } from './migrations.ts';
import { openPglite } from './pglite.ts';
import { readMigrations } from './schema-engine.ts';

let close: () => Promise<void>;
afterEach(() => close());

async function open() {
  const opened = await openPglite();
  close = opened.close;
  return opened.pool;
}

function migration(path: string, value: string) {
  return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
}

test('runs each migration once and writes Prisma’s own history', async () => {
  const pool = await open();
  const list = await readMigrations();
  const names = list.migrationDirectories.map(({ path }) => path);
  expect(await migrate(pool, list)).toEqual(names);
  expect(await migrate(pool, list)).toEqual([]);
  const { rows } = await pool.query(
    'select migration_name, applied_steps_count, finished_at from _prisma_migrations order by 1',
  );
  expect(rows.map((row) => row.migration_name)).toEqual(names);
  expect(rows.every((row) => row.finished_at && row.applied_steps_count === 1)).toBe(true);
});

test('refuses a history with a failed, edited or newer migration and says why', async () => {
  const pool = await open();
  const list = await readMigrations();
  const one = {
    ...list,
    migrationDirectories: [migration('1_one', 'create table one (id int); select ";";')],
  };
  await expect(migrate(pool, one)).rejects.toThrow();
  const { rows } = await pool.query(`select to_regclass('one') as one`);
  expect(rows[0].one).toBeNull();
  await expect(migrate(pool, one)).rejects.toThrow(/failed earlier.*1_one/);

  await pool.query('delete from _prisma_migrations');
  const good = {
    ...list,
    migrationDirectories: [migration('1_one', 'create table one (id int);')],
  };
  await migrate(pool, good);
  const edited = {
    ...list,
    migrationDirectories: [migration('1_one', 'create table uno (id int);')],
  };
  await expect(migrate(pool, edited)).rejects.toThrow(/edited.*1_one/);

  const newer = {
    ...good,
    migrationDirectories: [
      ...good.migrationDirectories,
      migration('2_two', 'create table two (id int);'),
    ],
  };
  await migrate(pool, newer);
  await expect(migrate(pool, good)).rejects.toThrow(/newer version.*2_two/);
});
