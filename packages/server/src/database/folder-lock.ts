import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../core/start-error.ts';

/**
 * Takes a folder for this process alone, and returns how to give it back. A second process on an
 * embedded database would corrupt it in silence. The lock is the one SQLite holds on its file: the
 * operating system's own, so it goes with the process however that ends, and none is ever stale.
 * @throws StartError naming the folder and the process that has it
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const holder = join(folder, 'lock.pid');
  const lock = new DatabaseSync(join(folder, 'lock'));
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    const SQLITE_BUSY = 5;
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new StartError(
      `The data folder ${resolve(folder)} is in use by process ${readFileSync(holder, 'utf8')}. ` +
        'Stop that one, or choose another folder with DATA_DIR.',
    );
  }
  writeFileSync(holder, String(process.pid));
  return () => lock.close();
}
