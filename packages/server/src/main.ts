import closeWithGrace from 'close-with-grace';
import { start } from './start.ts';

try {
  const { app, close } = await start();
  // A second signal, or 10 seconds, ends it at once.
  closeWithGrace({ delay: 10_000 }, async ({ err }) => {
    if (err) app.log.error({ err }, 'Stopping after an error');
    await close();
  });
} catch (error) {
  const expected = ['ConfigError', 'FolderLockedError', 'MigrationError'];
  const { name, message, stack } = error as Error;
  process.stderr.write(`${expected.includes(name) ? message : stack}\n`);
  process.exitCode = 1;
}
