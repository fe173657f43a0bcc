import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../src/database/migrations.ts';
import { openPglite } from '../src/database/pglite.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A data directory dump for PGlite, or a PostgreSQL database to copy. */
    template: { file: string } | { url: string; database: string };
  }
}

/** Migrates one database per run. Every suite copies it, which is faster than migrating. */
export default async function setup(project: TestProject) {
  const url = process.env['TEST_DATABASE_URL'];
  await using opened = new AsyncDisposableStack();
  const template = url ? await createOnPostgres(url, opened) : await createEmbedded(opened);
  project.provide('template', template);
  const kept = opened.move();
  return () => kept.disposeAsync();
}

async function createEmbedded(opened: AsyncDisposableStack) {
  const folder = await mkdtemp(join(tmpdir(), 'invitree-test-'));
  opened.defer(() => rm(folder, { recursive: true }));
  const file = join(folder, 'template.tar');
  const { pool, pglite, close } = await openPglite();
  try {
    await migrate(pool);
    const dump = await pglite.dumpDataDir('none');
    await writeFile(file, Buffer.from(await dump.arrayBuffer()));
  } finally {
    await close();
  }
  return { file };
}

async function createOnPostgres(url: string, opened: AsyncDisposableStack) {
  const database = `invitree_test_${process.pid}`;
  const admin = new Client({ connectionString: url });
  opened.defer(() => admin.end());
  await admin.connect();
  await admin.query(`create database ${database}`);
  opened.defer(async () => void (await admin.query(`drop database ${database} with (force)`)));
  const templateUrl = new URL(url);
  templateUrl.pathname = `/${database}`;
  const pool = new Pool({ connectionString: templateUrl.href });
  try {
    await migrate(pool);
  } finally {
    await pool.end();
  }
  return { url, database };
}
