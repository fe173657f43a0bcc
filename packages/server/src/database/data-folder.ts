import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Creates a data folder, or closes an existing one to other users of the machine. A folder that
 * belongs to another user, such as a mounted volume, is left as it is with a warning.
 */
export function openDataFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const mode = statSync(folder).mode & 0o777;
  if ((mode & 0o077) === 0 || process.platform === 'win32') return;
  try {
    chmodSync(folder, 0o700);
  } catch {
    const path = resolve(folder);
    process.emitWarning(
      `Other users can access DATA_DIR ${path} (mode ${mode.toString(8)}). Its owner should run: chmod 700 ${path}`,
    );
  }
}
