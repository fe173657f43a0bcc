import { Client, Pool } from 'pg';
import { expect, inject, test } from 'vitest';
import { readConfig } from '../config.ts';
import { openPostgres } from './postgres.ts';
import { readMigrations } from './schema-engine.ts';

test('ten instances that start together on an empty database apply each migration once', async () => {
  const template = inject('template');
  if (!('url' in template)) throw new Error('TEST_DATABASE_URL is not set');
  await using cleanup = new AsyncDisposableStack();
  const admin = new Client({ connectionString: template.url });
  await admin.connect();
  cleanup.defer(() => admin.end());
  const name = `${template.database}_ten`;
  await admin.query(`create database ${name}`);
  // Without `force`, PostgreSQL waits for connections that are still closing.
  cleanup.defer(async () => void (await admin.query(`drop database ${name}`)));
  const url = Object.assign(new URL(template.url), { pathname: `/${name}` }).href;
  const config = readConfig({ APP_SECRET: 'tests-only-'.repeat(4), DATABASE_POOL: '1' });
  const opened = await Promise.all(Array.from({ length: 10 }, () => openPostgres(url, config)));
  for (const database of opened) cleanup.defer(() => database.close());

  const pool = new Pool({ connectionString: url });
  cleanup.defer(() => pool.end());
  const { rows } = await pool.query('select migration_name from _prisma_migrations order by 1');
  const { migrationDirectories } = await readMigrations();
  expect(rows.map((row) => row.migration_name)).toEqual(
    migrationDirectories.map(({ path }) => path),
  );
});
