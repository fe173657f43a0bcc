import { serveBackups } from './backup.ts';
import { lockFolder } from './folder-lock.ts';
import { migrate } from './migrations.ts';
import { createDatabase } from './pool.ts';
import type { Database } from './port.ts';

/**
 * Opens the embedded PostgreSQL in `folder` and applies pending migrations.
 * @throws StartError if another process uses the folder
 */
export async function openEmbeddedDatabase(folder: string): Promise<Database> {
  const unlock = lockFolder(folder);
  try {
    const { openPglite } = await import('./pglite.ts');
    const opened = await openPglite(`${folder}/postgres`);
    const { pool, close } = opened;
    await migrate(pool);
    const stopBackups = await serveBackups(folder, opened);
    return createDatabase(pool, `embedded PostgreSQL in ${folder}`, async () => {
      stopBackups();
      await close();
      unlock();
    });
  } catch (error) {
    unlock();
    throw error;
  }
}
