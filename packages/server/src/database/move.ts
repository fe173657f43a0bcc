import { join } from 'node:path';
import { Pool, type PoolClient } from 'pg';
import { StartError } from '../core/start-error.ts';
import { lockFolder } from './folder-lock.ts';
import { migrate, migrateWithLock } from './migrations.ts';
import { openPglite } from './pglite.ts';

/** Rows per INSERT. */
const BATCH = 1_000;

/**
 * Copies the embedded database in `folder` to the empty PostgreSQL at `url`, in one transaction.
 * The folder is left unchanged. The service must be stopped.
 * @returns the number of rows by table
 * @throws StartError if the service is running or the target has rows
 */
export async function moveToPostgres(folder: string, url: string): Promise<Record<string, number>> {
  const unlock = lockFolder(folder);
  try {
    const source = await openPglite(join(folder, 'postgres'));
    try {
      await migrate(source.pool);
      return await copyInto(url, source.pool);
    } finally {
      await source.close();
    }
  } finally {
    unlock();
  }
}

async function copyInto(url: string, source: Pool): Promise<Record<string, number>> {
  const pool = new Pool({ connectionString: url, max: 3 });
  pool.on('error', () => {});
  try {
    await migrateWithLock(pool);
    const target = await pool.connect();
    try {
      await target.query('begin');
      const counts = await copyTables(source, target);
      await target.query('commit');
      return counts;
    } catch (error) {
      await target.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      target.release();
    }
  } finally {
    await pool.end();
  }
}

async function copyTables(source: Pool, target: PoolClient) {
  const counts: Record<string, number> = {};
  const tables = await tablesInOrder(target);
  for (const table of tables) {
    // Blocks other writers, so a table that is empty now stays empty until the commit.
    await target.query(`lock table ${table} in exclusive mode`);
    const { rows } = await target.query(`select from ${table} limit 1`);
    if (rows.length > 0)
      throw new StartError(`The target database is not empty: ${table} has rows.`);
  }
  for (const table of tables) counts[table] = await copyTable(source, target, table);
  return counts;
}

/** Returns the service's tables, each after the tables that it references. */
async function tablesInOrder(target: PoolClient): Promise<string[]> {
  const { rows } = await target.query<{ name: string; parents: string[] }>(`
    select c.oid::regclass::text as name, array(
      select distinct f.confrelid::regclass::text from pg_constraint f
      where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as parents
    from pg_class c
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
      and c.relname <> '_prisma_migrations'
    order by 1`);
  const ordered: string[] = [];
  while (ordered.length < rows.length) {
    const next = rows.filter(
      ({ name, parents }) =>
        !ordered.includes(name) && parents.every((table) => ordered.includes(table)),
    );
    if (next.length === 0) throw new Error('Tables reference each other in a cycle');
    ordered.push(...next.map(({ name }) => name));
  }
  return ordered;
}

/** Copies rows as JSON, which PostgreSQL converts back exactly for every type in our schema. */
async function copyTable(source: Pool, target: PoolClient, table: string): Promise<number> {
  const reader = await source.connect();
  try {
    await reader.query('begin');
    await reader.query(
      `declare rows no scroll cursor for select to_json(t)::text as row from ${table} t`,
    );
    let count = 0;
    for (;;) {
      const { rows } = await reader.query<{ row: string }>(`fetch ${BATCH} from rows`);
      if (rows.length === 0) return count;
      const batch = `[${rows.map(({ row }) => row).join(',')}]`;
      const inserted = await target.query(
        `insert into ${table} select * from json_populate_recordset(null::${table}, $1::json)`,
        [batch],
      );
      if (inserted.rowCount !== rows.length)
        throw new Error(`Inserted ${inserted.rowCount} of ${rows.length} rows into ${table}`);
      count += rows.length;
    }
  } finally {
    await reader.query('rollback');
    reader.release();
  }
}
