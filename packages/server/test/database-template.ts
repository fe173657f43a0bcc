import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../src/database/migrations.ts';
import { openEmbedded } from '../src/database/pglite.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A file to load into PGlite, or a database to copy. */
    template: { file: string } | { url: string; database: string };
  }
}

/** Migrates one database for the whole run: every suite starts from a copy, which takes a fraction of the time. */
export default async function setup(project: TestProject) {
  const url = process.env['TEST_DATABASE_URL'];
  return url ? postgresTemplate(project, url) : embeddedTemplate(project);
}

async function embeddedTemplate(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'invitree-test-'));
  const file = join(folder, 'template.tar');
  const { pool, pglite, close } = await openEmbedded();
  await migrate(pool);
  const dump = await pglite.dumpDataDir('none');
  await writeFile(file, Buffer.from(await dump.arrayBuffer()));
  await close();
  project.provide('template', { file });
  return () => rm(folder, { recursive: true });
}

async function postgresTemplate(project: TestProject, url: string) {
  const database = `invitree_test_${process.pid}`;
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`create database ${database}`);
  const templateUrl = new URL(url);
  templateUrl.pathname = `/${database}`;
  const pool = new Pool({ connectionString: templateUrl.href });
  await migrate(pool);
  await pool.end();
  project.provide('template', { url, database });
  return async () => {
    await admin.query(`drop database ${database} with (force)`);
    await admin.end();
  };
}
