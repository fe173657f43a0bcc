import { Pool, type PoolConfig } from 'pg';
import sql from 'sql-template-tag';
import { StartError } from '../core/start-error.ts';
import { createAvailability } from '../observability/availability.ts';
import type { Logger } from '../observability/port.ts';
import { WatchedClient } from './client.ts';
import { migrateOnce, pendingMigrations } from './migrations.ts';
import { database } from './pool.ts';
import type { Database } from './port.ts';
import { isAway, isConflict } from './postgres-errors.ts';
import type { DatabaseSettings } from './settings.ts';

type Settings = Pick<
  DatabaseSettings,
  | 'DATABASE_POOL'
  | 'DATABASE_POOLER'
  | 'DATABASE_STATEMENT_TIMEOUT'
  | 'DATABASE_LOCK_TIMEOUT'
  | 'DATABASE_CONNECT_TIMEOUT'
>;

/** Opens the PostgreSQL at `url`, migrated. */
export async function openPostgres(
  url: string,
  settings: Settings,
  log?: Logger,
): Promise<Database> {
  const migrating = new Pool({ ...connectionTo(url, settings), max: 3 });
  migrating.on('error', () => {});
  try {
    await migrateOnce(migrating);
  } catch (error) {
    throw outOfReach(error, url);
  } finally {
    await migrating.end();
  }
  return open(url, settings, log, 'PostgreSQL');
}

/** Looks at the PostgreSQL at `url` and changes nothing. */
export async function inspectPostgres(
  url: string,
  settings: Settings,
): Promise<{ version: number; replica: boolean; pending: string[] }> {
  const pool = new Pool({ ...connectionTo(url, settings), max: 1 });
  pool.on('error', () => {});
  try {
    const { rows } = await pool.query<{ version: number; replica: boolean }>(
      `select current_setting('server_version_num')::int / 10000 as version, pg_is_in_recovery() as replica`,
    );
    const { version = 0, replica = false } = rows[0] ?? {};
    return { version, replica, pending: await pendingMigrations(pool) };
  } catch (error) {
    throw outOfReach(error, url);
  } finally {
    await pool.end();
  }
}

/**
 * A replica to read from, for what may be a moment old: `query` goes there, and to the primary if the
 * replica is away or in the way. Everything else goes to the primary.
 */
export async function openReplica(
  url: string,
  primary: Database,
  settings: Settings,
  log: Logger,
): Promise<Database> {
  const replica = await open(url, settings, log, 'The replica');
  return {
    ...primary,
    description: replica.description,
    health: replica.health,
    query: (statement) =>
      replica.query<never>(statement).catch((error) => {
        if (!isAway(error) && !isConflict(error)) throw error;
        return primary.query(statement);
      }),
    close: () => replica.close(),
  };
}

async function open(
  url: string,
  settings: Settings,
  log: Logger | undefined,
  name: string,
): Promise<Database> {
  const pool = new Pool({
    ...connectionTo(url, settings),
    ...limits(settings),
    Client: WatchedClient,
  });
  const availability = createAvailability(name, log);
  // A connection that breaks while idle: the pool replaces it, and a query that needs one reports.
  pool.on('error', availability.markDown);
  const pooled = settings.DATABASE_POOLER === 'transaction';
  const opened = database(pool, name, () => pool.end(), {
    availability,
    named: !pooled,
    ...(pooled && { begin: beginWithLimits(settings) }),
  });
  try {
    const [row] = await opened.query<{ version: string; name: string }>(
      sql`select current_setting('server_version') as version, current_database() as name`,
    );
    const description = `PostgreSQL ${row?.version}, ${row?.name} on ${new URL(url).hostname}`;
    return { ...opened, description };
  } catch (error) {
    await opened.close();
    throw outOfReach(error, url);
  }
}

function connectionTo(url: string, { DATABASE_CONNECT_TIMEOUT }: Settings): PoolConfig {
  return {
    connectionString: url,
    application_name: 'invitree',
    keepAlive: true,
    // Also how long a request waits for a connection of a pool that is all in use.
    connectionTimeoutMillis: DATABASE_CONNECT_TIMEOUT * 1000,
  };
}

/** Milliseconds that our side waits beyond PostgreSQL's own limit: for a server that is frozen or cut off. */
const GRACE = 2_000;
/** Milliseconds until PostgreSQL ends a transaction whose instance was frozen or cut off in the middle. */
const IDLE_IN_TRANSACTION = 30_000;

function limits(settings: Settings): PoolConfig {
  const statement = settings.DATABASE_STATEMENT_TIMEOUT * 1000;
  return {
    max: settings.DATABASE_POOL,
    idleTimeoutMillis: 60_000,
    // So that connections spread anew over servers that come and go behind one name.
    maxLifetimeSeconds: 3_600,
    query_timeout: statement + GRACE,
    // A pooler in transaction mode refuses what would hold for a whole connection.
    ...(settings.DATABASE_POOLER === 'none' && {
      statement_timeout: statement,
      lock_timeout: settings.DATABASE_LOCK_TIMEOUT * 1000,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
    }),
  };
}

function beginWithLimits(settings: Settings): string {
  return [
    'begin',
    `set local statement_timeout = ${settings.DATABASE_STATEMENT_TIMEOUT * 1000}`,
    `set local lock_timeout = ${settings.DATABASE_LOCK_TIMEOUT * 1000}`,
    `set local idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION}`,
  ].join('; ');
}

/** What PostgreSQL or the system said, where it is wrapped already. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

function outOfReach(error: unknown, url: string): unknown {
  if (!isAway(error)) return error;
  const { host } = new URL(url);
  return new StartError(`PostgreSQL at ${host} is out of availability: ${reasonOf(error)}`);
}
