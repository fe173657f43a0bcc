import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool, type PoolClient } from 'pg';
import { DomainError, isUnstorable } from '../errors.ts';
import { PrismaClient } from '../generated/prisma/client.ts';
import { type Database, RecordedRefusal, Retry, type Sql } from '../ports.ts';
import { StartError } from '../start-error.ts';
import { lockFolder } from './folder-lock.ts';
import { migrate, migrateOnce } from './migrations.ts';

type Log = (error: Error) => void;

/** Opens the PostgreSQL at `url`, migrated. */
export async function openPostgres(url: string, onError: Log): Promise<Database> {
  const pool = new Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 5_000 });
  // A connection that breaks while idle: the pool replaces it, and a query that needs one reports.
  pool.on('error', onError);
  try {
    await migrateOnce(pool);
    const { rows } = await pool.query<{ version: string; name: string }>(
      `select current_setting('server_version') as version, current_database() as name`,
    );
    const { hostname } = new URL(url);
    const description = `PostgreSQL ${rows[0]?.version}, ${rows[0]?.name} on ${hostname}`;
    return database(pool, description, () => pool.end());
  } catch (error) {
    await pool.end();
    if (!isAway(error)) throw error;
    const { host } = new URL(url);
    throw new StartError(`PostgreSQL at ${host} is out of reach: ${(error as Error).message}`);
  }
}

/** Opens the embedded PostgreSQL in `folder`, migrated; refuses while another process has it open. */
export async function openEmbeddedDatabase(folder: string): Promise<Database> {
  const unlock = lockFolder(folder);
  try {
    const { openEmbedded } = await import('./pglite.ts');
    const { pool, close } = await openEmbedded(`${folder}/postgres`);
    await migrate(pool);
    return database(pool, `embedded PostgreSQL in ${folder}`, async () => {
      await close();
      unlock();
    });
  } catch (error) {
    unlock();
    throw error;
  }
}

/** A pool as the Database port. */
export function database(pool: Pool, description: string, close: () => Promise<unknown>): Database {
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    prisma,
    description,
    query: (statement) => run(pool, statement),
    transaction: (work) => transaction(pool, work),
    async close() {
      await prisma.$disconnect();
      await close();
    },
  };
}

const names = new Map<string, string>();

async function run<Row>(client: Pool | PoolClient, statement: Parameters<Sql['query']>[0]) {
  const { text, values } = statement;
  let name = names.get(text);
  if (!name) {
    name = createHash('sha1').update(text).digest('base64url');
    names.set(text, name);
  }
  try {
    const { rows } = await client.query({ name, text, values });
    return rows as Row[];
  } catch (error) {
    throw asAnswer(error);
  }
}

/** PostgreSQL breaks one of a deadlock's parties, so the others get on. */
const ATTEMPTS = 10;
/** A Retry says that another transaction got on, so there are no more of them than others under way. */
const RETRIES = 100;

async function transaction<T>(pool: Pool, work: (tx: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect().catch((error) => {
      throw asAnswer(error);
    });
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work({ query: (statement) => run(client, statement) });
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((failure) => {
        broken = failure;
      });
      if (error instanceof RecordedRefusal) await run(client, error.record);
      const transient = isTransient(error);
      if (transient && attempt < (error instanceof Retry ? RETRIES : ATTEMPTS)) continue;
      throw transient ? new DomainError('UNAVAILABLE', { retryAfter: 1 }) : asAnswer(error);
    } finally {
      client.release(broken);
    }
  }
}

/** An error as a caller may see it. */
function asAnswer(error: unknown): unknown {
  if (isUnstorable(error)) return new DomainError('INPUT_INVALID');
  return isAway(error) ? new DomainError('UNAVAILABLE', { retryAfter: 5 }) : error;
}

/** Rolled back by PostgreSQL for the sake of another transaction, or by us. */
function isTransient(error: unknown): boolean {
  const SERIALIZATION_FAILURE = '40001';
  const DEADLOCK_DETECTED = '40P01';
  const { code } = error as { code?: string };
  return error instanceof Retry || code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

/** Whether PostgreSQL was out of reach, rather than the statement wrong. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '' } = error as { code?: string };
  return (
    // 08: connection exception, 57P01-57P03: shutting down or starting, 53300: too many connections
    /^(08...|57P0[123]|53300|ECONN.*|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/.test(
      code,
    ) ||
    /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/.test(
      error.message,
    )
  );
}
