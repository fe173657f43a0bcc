import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { Pool } from 'pg';
import { PostgresClient } from './client.ts';

/**
 * Opens an in-process PostgreSQL behind the same pool as a real one.
 * @param folder in memory if omitted
 * @param content a PGlite dump to load first
 */
export async function openPglite(folder?: string, content?: Blob) {
  const pglite = await PGlite.create(folder ?? 'memory://', {
    ...(content && { loadDataDir: content }),
  });
  const config = createPgConfig(pglite);
  const { connection } = config;
  const parse = connection.parse.bind(connection);
  // adapter-pg passes type parsers as `types`, which PGlite would read as parameter types.
  connection.parse = (query) =>
    parse(Array.isArray(query.types) ? query : { ...query, types: undefined });
  const pool = new Pool({ ...config, max: 1, idleTimeoutMillis: 0, Client: PostgresClient });
  pool.query = ((...args: unknown[]) => queryAndRelease(pool, args)) as typeof pool.query;
  return {
    pool,
    pglite,
    /** Closes the pool, then flushes the database. */
    async close() {
      await pool.end();
      await pglite.close();
    },
  };
}

/**
 * pg's pool replaces the connection after a failed query. PGlite has only one session, so a new
 * connection would receive the responses of earlier queries.
 */
async function queryAndRelease(pool: Pool, args: unknown[]): Promise<unknown> {
  const client = await pool.connect();
  try {
    return await (client.query as (...args: unknown[]) => Promise<unknown>)(...args);
  } finally {
    client.release();
  }
}
