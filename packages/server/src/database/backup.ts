import { existsSync, rmSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { PGlite } from '@electric-sql/pglite';
import type { Pool } from 'pg';
import { StartError } from '../core/start-error.ts';
import { lockFolder } from './folder-lock.ts';

/** The running service serves backups here. Only its owner can access the folder. */
const socketPath = (folder: string) => join(folder, 'backup.sock');

/** Bytes of the big-endian length that precedes a backup on the socket. */
const LENGTH_BYTES = 8;

interface EmbeddedPostgres {
  pool: Pool;
  pglite: PGlite;
}

/** Dumps everything committed so far. */
async function dump({ pool, pglite }: EmbeddedPostgres): Promise<Buffer> {
  // This is the only connection: while it is held here, no transaction is in progress.
  const client = await pool.connect();
  try {
    await client.query('checkpoint');
    const archive = await pglite.dumpDataDir('gzip');
    return Buffer.from(await archive.arrayBuffer());
  } finally {
    client.release();
  }
}

/** Serves a backup to each connection on the folder's socket. Returns a function that stops it. */
export async function serveBackups(
  folder: string,
  database: EmbeddedPostgres,
): Promise<() => void> {
  const path = socketPath(folder);
  // A process that was killed leaves its socket behind. The folder lock makes this ours to remove.
  rmSync(path, { force: true });
  const server = createServer(async (socket) => {
    socket.on('error', () => {});
    try {
      const backup = await dump(database);
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeBigUInt64BE(BigInt(backup.length));
      socket.write(length);
      socket.end(backup);
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
 * Backs up the embedded database to `file`, also while the service runs. The file is either
 * complete or not written at all.
 * @returns its size in bytes
 * @throws StartError if the folder has no embedded database
 */
export async function backUp(folder: string, file: string): Promise<number> {
  if (!existsSync(join(folder, 'postgres')))
    throw new StartError(`${folder} has no embedded database.`);
  const backup = (await backUpFromService(folder)) ?? (await backUpFromFolder(folder));
  const partial = `${file}.part`;
  await writeFile(partial, backup, { mode: 0o600, flush: true });
  await rename(partial, file);
  return backup.length;
}

/** Returns undefined if the service is not running. */
async function backUpFromService(folder: string): Promise<Buffer | undefined> {
  const socket = connect(socketPath(folder));
  const response = await buffer(socket).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') return undefined;
    throw error;
  });
  if (!response) return undefined;
  const backup = response.subarray(LENGTH_BYTES);
  if (response.length < LENGTH_BYTES || response.readBigUInt64BE() !== BigInt(backup.length))
    throw new StartError('The service stopped before the backup was complete. Run it again.');
  return backup;
}

async function backUpFromFolder(folder: string): Promise<Buffer> {
  const unlock = lockFolder(folder);
  try {
    const { openPglite } = await import('./pglite.ts');
    const opened = await openPglite(join(folder, 'postgres'));
    try {
      return await dump(opened);
    } finally {
      await opened.close();
    }
  } finally {
    unlock();
  }
}

/**
 * Restores a backup into a folder without a database.
 * @throws StartError if the folder has a database or the backup is damaged
 */
export async function restore(folder: string, file: string): Promise<void> {
  const unlock = lockFolder(folder);
  const target = join(folder, 'postgres');
  try {
    if (existsSync(target))
      throw new StartError(`${target} already holds a database. Move it away first.`);
    const content = new Blob([await readFile(file)]);
    const { openPglite } = await import('./pglite.ts');
    try {
      const { pool, close } = await openPglite(target, content);
      await pool.query('select count(*) from users');
      await close();
    } catch (error) {
      rmSync(target, { recursive: true, force: true });
      throw new StartError(`${file} is not a complete backup: ${(error as Error).message}`);
    }
  } finally {
    unlock();
  }
}
