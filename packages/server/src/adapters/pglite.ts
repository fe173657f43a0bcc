import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { Pool } from 'pg';

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
  const pool = new Pool({ ...config, max: 1, idleTimeoutMillis: 0 });
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
