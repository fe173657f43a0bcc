import { serveBackups } from './backup.ts';
import { lockFolder } from './folder-lock.ts';
import { migrate } from './migrations.ts';
import { database } from './pool.ts';
import type { Database } from './port.ts';

/** Opens the embedded PostgreSQL in `folder`, migrated; refuses while another process has it open. */
export async function openEmbeddedDatabase(folder: string): Promise<Database> {
  const unlock = lockFolder(folder);
  try {
    const { openEmbedded } = await import('./pglite.ts');
    const opened = await openEmbedded(`${folder}/postgres`);
    const { pool, close } = opened;
    await migrate(pool);
    const stopBackups = await serveBackups(folder, opened);
    return database(pool, `embedded PostgreSQL in ${folder}`, async () => {
      stopBackups();
      await close();
      unlock();
    });
  } catch (error) {
    unlock();
    throw error;
  }
}
