import { Pool } from 'pg';
import sql from 'sql-template-tag';
import { StartError } from '../core/start-error.ts';
import { createAvailability } from '../observability/availability.ts';
import type { Logger } from '../observability/port.ts';
import { PostgresClient } from './client.ts';
import { migrateWithLock, pendingMigrations } from './migrations.ts';
import { createDatabase } from './pool.ts';
import {
  beginWithLimits,
  connectionConfig,
  type PostgresSettings,
  poolLimits,
} from './pool-config.ts';
import type { Database } from './port.ts';
import { isConflict, isConnectionLost } from './postgres-errors.ts';

/**
 * Opens the PostgreSQL at `url` and applies pending migrations.
 * @throws StartError if it cannot connect or migrate
 */
export async function openPostgres(
  url: string,
  settings: PostgresSettings,
  log?: Logger,
): Promise<Database> {
  await migratePostgres(url, settings);
  return open(url, settings, log, 'PostgreSQL');
}

/**
 * Applies pending migrations to the PostgreSQL at `url` and returns their names.
 * @throws StartError if it cannot connect or migrate
 */
export async function migratePostgres(url: string, settings: PostgresSettings): Promise<string[]> {
  const pool = new Pool({ ...connectionConfig(url, settings), max: 3 });
  pool.on('error', () => {});
  try {
    return await migrateWithLock(pool);
  } catch (error) {
    throw toStartError(error, url);
  } finally {
    await pool.end();
  }
}

/**
 * Reads the state of the PostgreSQL at `url` without changing it.
 * @throws StartError if it cannot connect
 */
export async function inspectPostgres(
  url: string,
  settings: PostgresSettings,
): Promise<{ version: number; replica: boolean; pending: string[] }> {
  const pool = new Pool({ ...connectionConfig(url, settings), max: 1 });
  pool.on('error', () => {});
  try {
    const { rows } = await pool.query<{ version: number; replica: boolean }>(
      `select current_setting('server_version_num')::int / 10000 as version, pg_is_in_recovery() as replica`,
    );
    const { version = 0, replica = false } = rows[0] ?? {};
    return { version, replica, pending: await pendingMigrations(pool) };
  } catch (error) {
    throw toStartError(error, url);
  } finally {
    await pool.end();
  }
}

/**
 * Opens a replica for reads that may be slightly stale. `query` falls back to the primary if the
 * replica is down or cancels the query because of replication. Everything else uses the primary.
 */
export async function openReplica(
  url: string,
  primary: Database,
  settings: PostgresSettings,
  log: Logger,
): Promise<Database> {
  const replica = await open(url, settings, log, 'The replica');
  return {
    ...primary,
    description: replica.description,
    health: replica.health,
    query: (statement) =>
      replica.query<never>(statement).catch((error) => {
        if (!isConnectionLost(error) && !isConflict(error)) throw error;
        return primary.query(statement);
      }),
    close: () => replica.close(),
  };
}

async function open(
  url: string,
  settings: PostgresSettings,
  log: Logger | undefined,
  name: string,
): Promise<Database> {
  const pool = new Pool({
    ...connectionConfig(url, settings),
    ...poolLimits(settings),
    Client: PostgresClient,
  });
  const availability = createAvailability(name, log);
  // An idle connection broke. The pool replaces it, and the next query reports a real outage.
  pool.on('error', availability.markDown);
  const transactionPooler = settings.DATABASE_POOLER === 'transaction';
  const opened = createDatabase(pool, name, () => pool.end(), {
    availability,
    namedStatements: !transactionPooler,
    ...(transactionPooler && { begin: beginWithLimits(settings) }),
  });
  try {
    const [row] = await opened.query<{ version: string; name: string }>(
      sql`select current_setting('server_version') as version, current_database() as name`,
    );
    const description = `PostgreSQL ${row?.version}, ${row?.name} on ${new URL(url).hostname}`;
    return { ...opened, description };
  } catch (error) {
    await opened.close();
    throw toStartError(error, url);
  }
}

function toStartError(error: unknown, url: string): unknown {
  if (!isConnectionLost(error)) return error;
  // A DomainError hides what PostgreSQL or the system said in its cause.
  const { cause, message } = error as Error;
  const detail = cause instanceof Error ? cause.message : message;
  return new StartError(`Cannot connect to PostgreSQL at ${new URL(url).host}: ${detail}`);
}
