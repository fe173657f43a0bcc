import { readdir, readFile } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationList } from '@prisma/schema-engine-wasm';
import type { Pool } from 'pg';
import { StartError } from '../core/start-error.ts';

const directory = new URL('../../../../prisma/', import.meta.url);
const filters = { externalTables: [], externalEnums: [] };

/** Any number will do, as long as every instance takes the same one. */
const MIGRATION_LOCK = 4_719_253;

/** The migrations on disk, in the order in which Prisma applies them. */
export async function readMigrations(base = directory): Promise<MigrationList> {
  const migrations = new URL('migrations/', base);
  const names = (await readdir(migrations, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir: 'migrations',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (path) => ({
        path,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok' as const,
            value: await readFile(new URL(`${path}/migration.sql`, migrations), 'utf8'),
          },
        },
      })),
    ),
  };
}

/**
 * Prisma's own schema engine, in process: the same history as `prisma migrate deploy` writes.
 * Only comparing migrations with the schema needs a shadow: an empty database of its own.
 */
export async function schemaEngine(pool: Pool, shadow?: Pool) {
  // Loaded only when needed: the engine is some megabytes of WebAssembly.
  const { SchemaEngine } = await import('@prisma/schema-engine-wasm');
  const schema = await readFile(new URL('schema.prisma', directory), 'utf8');
  const factory = new PrismaPg(pool);
  factory.connect = () => connect(pool);
  if (shadow) factory.connectToShadowDb = () => connect(shadow);
  const adapter = bindMigrationAwareSqlAdapterFactory(factory);
  const engine = await SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => {},
    adapter,
  );
  return { engine, schema: { files: [{ path: 'schema.prisma', content: schema }] }, filters };
}

/**
 * adapter-pg cuts a script at every semicolon, also inside a function's body. As one simple query
 * PostgreSQL reads it itself, and a script that fails is rolled back whole.
 */
async function connect(pool: Pool) {
  const adapter = await new PrismaPg(pool).connect();
  adapter.executeScript = (script) =>
    pool.query(script).then(
      () => undefined,
      (error) => adapter['onError'](error),
    );
  return adapter;
}

/**
 * Brings the database to the schema of this version and returns the names of what it applied.
 * A history that failed half way, was edited, or comes from a newer version is a StartError.
 */
export async function migrate(pool: Pool, migrations?: MigrationList): Promise<string[]> {
  const list = migrations ?? (await readMigrations());
  if (await isCurrent(pool, list)) return [];
  const { engine } = await schemaEngine(pool);
  try {
    const { failedMigrationNames, editedMigrationNames, history } =
      await engine.diagnoseMigrationHistory({
        migrationsList: list,
        optInToShadowDatabase: false,
        filters,
      });
    if (failedMigrationNames.length > 0)
      throw new StartError(
        `A migration failed earlier and left the database half way: ${failedMigrationNames.join(', ')}. ` +
          'Mend it by hand, then mark it with `prisma migrate resolve`.',
      );
    if (editedMigrationNames.length > 0)
      throw new StartError(
        `Migrations were edited after they had been applied: ${editedMigrationNames.join(', ')}.`,
      );
    if (history && history.diagnostic !== 'databaseIsBehind')
      throw new StartError(
        `The database was migrated by a newer version of Invitree (${history.unpersistedMigrationNames.join(', ')}). ` +
          'Start that version, or restore a backup from before the upgrade.',
      );
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: list,
      filters,
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
  }
}

/**
 * The same for a PostgreSQL that several instances start on at once: one of them migrates,
 * the others wait and find it done. The lock lives as long as its transaction, so it holds
 * behind PgBouncer too, and a killed instance gives it back.
 */
export async function migrateOnce(pool: Pool, migrations?: MigrationList): Promise<string[]> {
  const list = migrations ?? (await readMigrations());
  if (await isCurrent(pool, list)) return [];
  const holder = await pool.connect();
  try {
    await holder.query('begin');
    await holder.query('set local idle_in_transaction_session_timeout = 0');
    await holder.query('set local statement_timeout = 0');
    await holder.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    return await migrate(pool, list);
  } finally {
    await holder.query('rollback').then(
      () => holder.release(),
      (error) => holder.release(error),
    );
  }
}

/** What `migrate` would apply, without a change to anything. */
export async function pendingMigrations(pool: Pool): Promise<string[]> {
  const { migrationDirectories } = await readMigrations();
  const names = migrationDirectories.map(({ path }) => path);
  const { rows } = await pool.query(`select to_regclass('_prisma_migrations') as history`);
  if (!rows[0]?.history) return names;
  const applied = await pool.query<{ name: string }>(
    'select migration_name as name from _prisma_migrations where rolled_back_at is null',
  );
  const known = new Set(applied.rows.map(({ name }) => name));
  return names.filter((name) => !known.has(name));
}

/** Saves the engine's start on the ordinary day, when there is nothing to apply. */
async function isCurrent(pool: Pool, { migrationDirectories }: MigrationList): Promise<boolean> {
  const { rows } = await pool.query<{ exists: boolean }>(
    `select to_regclass('_prisma_migrations') is not null as exists`,
  );
  if (!rows[0]?.exists) return false;
  const applied = await pool.query<{ name: string; checksum: string; finished: boolean }>(
    `select migration_name as name, checksum, finished_at is not null as finished
       from _prisma_migrations where rolled_back_at is null order by migration_name`,
  );
  if (applied.rows.length !== migrationDirectories.length) return false;
  const checksums = await Promise.all(
    migrationDirectories.map(({ migrationFile: { content } }) => sha256(content.value)),
  );
  return applied.rows.every(
    (row, i) =>
      row.finished && row.name === migrationDirectories[i]?.path && row.checksum === checksums[i],
  );
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}
