import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../core/start-error.ts';
import { openDataFolder } from './data-folder.ts';

/**
 * Locks a folder for this process and returns a function that unlocks it. A second process on the
 * same embedded database would silently corrupt it. SQLite holds an operating system lock on its
 * file, which ends with the process however it dies, so a lock is never stale.
 * @throws StartError naming the folder and the process that uses it
 */
export function lockFolder(folder: string): () => void {
  openDataFolder(folder);
  const pidFile = join(folder, 'lock.pid');
  const lock = new DatabaseSync(join(folder, 'lock'));
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    const SQLITE_BUSY = 5;
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new StartError(
      `The data folder ${resolve(folder)} is in use by process ${readFileSync(pidFile, 'utf8')}. ` +
        'Stop that process, or choose another folder with DATA_DIR.',
    );
  }
  writeFileSync(pidFile, String(process.pid));
  return () => lock.close();
}
