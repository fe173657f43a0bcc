import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { Pool } from 'pg';
import { WatchedClient } from './client.ts';

/**
 * PostgreSQL in process, behind the same pool as a real one. Without a folder it lives in memory.
 * @param content what to begin with: a dump of PGlite's own
 */
export async function openEmbedded(folder?: string, content?: Blob) {
  const pglite = await PGlite.create(folder ?? 'memory://', {
    ...(content && { loadDataDir: content }),
  });
  const config = createPgConfig(pglite);
  const { connection } = config;
  const parse = connection.parse.bind(connection);
  // adapter-pg passes its type parsers under the name that PGlite reads as parameter types.
  connection.parse = (query) =>
    parse(Array.isArray(query.types) ? query : { ...query, types: undefined });
  const pool = new Pool({ ...config, max: 1, idleTimeoutMillis: 0, Client: WatchedClient });
  pool.query = ((...args: unknown[]) => queryAndKeep(pool, args)) as typeof pool.query;
  return {
    pool,
    pglite,
    /** Ends the pool, then writes everything out. */
    async close() {
      await pool.end();
      await pglite.close();
    },
  };
}

/**
 * pg's pool ends a connection whose query failed and opens another. Here there is no other: after the
 * first failed statement every answer would go to the wrong query.
 */
async function queryAndKeep(pool: Pool, args: unknown[]): Promise<unknown> {
  const client = await pool.connect();
  try {
    return await (client.query as (...args: unknown[]) => Promise<unknown>)(...args);
  } finally {
    client.release();
  }
}
