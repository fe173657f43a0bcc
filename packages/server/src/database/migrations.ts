import type { MigrationList } from '@prisma/schema-engine-wasm';
import type { Pool } from 'pg';
import { StartError } from '../core/start-error.ts';
import { openSchemaEngine, readMigrations } from './schema-engine.ts';

/** Arbitrary, but the same on every instance. */
const MIGRATION_LOCK = 4_719_253;

/**
 * Migrates the database to this version's schema and returns the names of the applied migrations.
 * @throws StartError if a migration failed earlier, was edited, or is from a newer version
 */
export async function migrate(pool: Pool, migrations?: MigrationList): Promise<string[]> {
  const list = migrations ?? (await readMigrations());
  if (await isCurrent(pool, list)) return [];
  const { engine, filters } = await openSchemaEngine(pool);
  try {
    const { failedMigrationNames, editedMigrationNames, history } =
      await engine.diagnoseMigrationHistory({
        migrationsList: list,
        optInToShadowDatabase: false,
        filters,
      });
    if (failedMigrationNames.length > 0)
      throw new StartError(
        `A migration failed earlier and may be partly applied: ${failedMigrationNames.join(', ')}. ` +
          'Fix it by hand, then mark it with `prisma migrate resolve`.',
      );
    if (editedMigrationNames.length > 0)
      throw new StartError(
        `Migrations were edited after they were applied: ${editedMigrationNames.join(', ')}. ` +
          'Restore the original files.',
      );
    if (history && history.diagnostic !== 'databaseIsBehind')
      throw new StartError(
        `A newer version of Invitree migrated this database (${history.unpersistedMigrationNames.join(', ')}). ` +
          'Run that version, or restore a backup from before the upgrade.',
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
 * Like `migrate`, for several instances that start at the same time: one migrates, the others wait.
 * The lock belongs to a transaction, so it also works behind PgBouncer, and PostgreSQL releases it
 * if the instance is killed.
 */
export async function migrateWithLock(pool: Pool, migrations?: MigrationList): Promise<string[]> {
  const list = migrations ?? (await readMigrations());
  if (await isCurrent(pool, list)) return [];
  await requireOwner(pool);
  const lockHolder = await pool.connect();
  try {
    await lockHolder.query('begin');
    await lockHolder.query('set local idle_in_transaction_session_timeout = 0');
    await lockHolder.query('set local statement_timeout = 0');
    await lockHolder.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    return await migrate(pool, list);
  } finally {
    await lockHolder.query('rollback').then(
      () => lockHolder.release(),
      (error) => lockHolder.release(error),
    );
  }
}

/**
 * The service may run as a role that owns nothing. Such a role cannot migrate.
 * @throws StartError
 */
async function requireOwner(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ role: string; isOwner: boolean }>(
    `select current_user as role,
       coalesce(has_schema_privilege(current_schema(), 'create'), true) as "isOwner"`,
  );
  if (rows[0]?.isOwner === false)
    throw new StartError(
      `The database needs migrations, and the role ${rows[0].role} may not apply them. ` +
        'Run `node packages/server/src/main.ts migrate` with a DATABASE_URL of the owner.',
    );
}

/** Returns the names of the migrations that `migrate` would apply. Changes nothing. */
export async function pendingMigrations(pool: Pool): Promise<string[]> {
  const { migrationDirectories } = await readMigrations();
  const names = migrationDirectories.map(({ path }) => path);
  if (!(await hasHistory(pool))) return names;
  const { rows } = await pool.query<{ name: string }>(
    'select migration_name as name from _prisma_migrations where rolled_back_at is null',
  );
  const applied = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !applied.has(name));
}

/** Avoids loading the schema engine when nothing is pending, which is the usual case. */
async function isCurrent(pool: Pool, { migrationDirectories }: MigrationList): Promise<boolean> {
  if (!(await hasHistory(pool))) return false;
  const { rows } = await pool.query<{ name: string; checksum: string; finished: boolean }>(
    `select migration_name as name, checksum, finished_at is not null as finished
       from _prisma_migrations where rolled_back_at is null order by migration_name`,
  );
  if (rows.length !== migrationDirectories.length) return false;
  const checksums = await Promise.all(
    migrationDirectories.map(({ migrationFile: { content } }) => sha256(content.value)),
  );
  return rows.every(
    (row, i) =>
      row.finished && row.name === migrationDirectories[i]?.path && row.checksum === checksums[i],
  );
}

async function hasHistory(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ exists: boolean }>(
    `select to_regclass('_prisma_migrations') is not null as exists`,
  );
  return rows[0]?.exists ?? false;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}
