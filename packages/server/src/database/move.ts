import { join } from 'node:path';
import { Pool, type PoolClient } from 'pg';
import { StartError } from '../core/start-error.ts';
import { lockFolder } from './folder-lock.ts';
import { migrate, migrateOnce } from './migrations.ts';
import { openEmbedded } from './pglite.ts';

/** Rows a statement. */
const BATCH = 1_000;

/**
 * Moves everything from the embedded database in `folder` to the empty PostgreSQL at `url`, in one
 * transaction: all of it is there, or nothing. The folder stays as it is; the service must not run.
 * @returns how many rows of each table
 */
export async function moveToPostgres(folder: string, url: string): Promise<Record<string, number>> {
  const unlock = lockFolder(folder);
  try {
    const source = await openEmbedded(join(folder, 'postgres'));
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
    await migrateOnce(pool);
    const target = await pool.connect();
    try {
      await target.query('begin');
      const moved = await copyTables(source, target);
      await target.query('commit');
      return moved;
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
  const moved: Record<string, number> = {};
  const tables = await tablesInOrder(target);
  for (const table of tables) {
    // No other writes until this is done, so what is empty now stays so.
    await target.query(`lock table ${table} in exclusive mode`);
    const { rows } = await target.query(`select from ${table} limit 1`);
    if (rows.length > 0)
      throw new StartError(`The database to move to is not empty: there are rows in ${table}`);
  }
  for (const table of tables) moved[table] = await copyTable(source, target, table);
  return moved;
}

/** The tables of the service, each after those that it refers to. */
async function tablesInOrder(target: PoolClient): Promise<string[]> {
  const { rows } = await target.query<{ name: string; needs: string[] }>(`
    select c.oid::regclass::text as name, array(
      select distinct f.confrelid::regclass::text from pg_constraint f
      where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as needs
    from pg_class c
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
      and c.relname <> '_prisma_migrations'
    order by 1`);
  const ordered: string[] = [];
  while (ordered.length < rows.length) {
    const next = rows.filter(
      ({ name, needs }) =>
        !ordered.includes(name) && needs.every((needed) => ordered.includes(needed)),
    );
    if (next.length === 0) throw new Error('Tables refer to each other in a circle');
    ordered.push(...next.map(({ name }) => name));
  }
  return ordered;
}

/** Rows travel as JSON, which PostgreSQL reads back into every type there is here, exactly. */
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
      if (inserted.rowCount !== rows.length) throw new Error(`Rows of ${table} got lost`);
      count += rows.length;
    }
  } finally {
    await reader.query('rollback');
    reader.release();
  }
}
