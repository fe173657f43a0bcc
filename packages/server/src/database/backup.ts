import { existsSync, rmSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { connect as connectTo, createServer } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { PGlite } from '@electric-sql/pglite';
import type { Pool } from 'pg';
import { StartError } from '../core/start-error.ts';
import { lockFolder } from './folder-lock.ts';

/** Where the service that has the folder open hands out copies of it; the folder is its owner's alone. */
const socketIn = (folder: string) => join(folder, 'backup.sock');

/** A copy of all that was committed, between two transactions. */
async function copy(pool: Pool, pglite: PGlite): Promise<Buffer> {
  // The only connection: while it is held here no transaction is under way.
  const client = await pool.connect();
  try {
    await client.query('checkpoint');
    const dump = await pglite.dumpDataDir('gzip');
    return Buffer.from(await dump.arrayBuffer());
  } finally {
    client.release();
  }
}

/** Hands a copy to whoever asks, its length first. Returns how to stop. */
export async function serveBackups(
  folder: string,
  { pool, pglite }: { pool: Pool; pglite: PGlite },
): Promise<() => void> {
  const path = socketIn(folder);
  // Left by one that was killed: the folder is ours now.
  rmSync(path, { force: true });
  const server = createServer(async (socket) => {
    socket.on('error', () => {});
    try {
      const dump = await copy(pool, pglite);
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(dump.length));
      socket.write(length);
      socket.end(dump);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  server.on('error', () => {});
  server.listen(path).unref();
  return () => {
    server.close();
  };
}

/**
 * Writes a copy of the embedded database to `file`, whole or not at all, also while the service runs.
 * @returns its size in bytes
 */
export async function backUp(folder: string, file: string): Promise<number> {
  if (!existsSync(join(folder, 'postgres')))
    throw new StartError(`There is no embedded database in ${folder}`);
  const dump = (await fromService(folder)) ?? (await fromFolder(folder));
  const draft = `${file}.part`;
  await writeFile(draft, dump, { mode: 0o600, flush: true });
  await rename(draft, file);
  return dump.length;
}

async function fromService(folder: string): Promise<Buffer | undefined> {
  const socket = connectTo(socketIn(folder));
  const answer = await buffer(socket).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') return undefined;
    throw error;
  });
  if (!answer) return undefined;
  if (answer.length < 8 || answer.readBigUInt64BE() !== BigInt(answer.length - 8))
    throw new StartError('The service ended before the copy was whole');
  return answer.subarray(8);
}

async function fromFolder(folder: string): Promise<Buffer> {
  const unlock = lockFolder(folder);
  try {
    const { openEmbedded } = await import('./pglite.ts');
    const { pool, pglite, close } = await openEmbedded(join(folder, 'postgres'));
    try {
      return await copy(pool, pglite);
    } finally {
      await close();
    }
  } finally {
    unlock();
  }
}

/** Puts a copy back, where no database is. */
export async function restore(folder: string, file: string): Promise<void> {
  const unlock = lockFolder(folder);
  const target = join(folder, 'postgres');
  try {
    if (existsSync(target))
      throw new StartError(`There is a database in ${target} already. Move it away first.`);
    const content = new Blob([await readFile(file)]);
    const { openEmbedded } = await import('./pglite.ts');
    try {
      const { pool, close } = await openEmbedded(target, content);
      await pool.query('select count(*) from users');
      await close();
    } catch (error) {
      rmSync(target, { recursive: true, force: true });
      throw new StartError(`${file} is no whole copy: ${(error as Error).message}`);
    }
  } finally {
    unlock();
  }
}
