import closeWithGrace from 'close-with-grace';
import { start } from './start.ts';
import { StartError } from './start-error.ts';

try {
  const { app, close } = await start();
  // A second signal, or 10 seconds, ends it at once.
  closeWithGrace({ delay: 10_000 }, async ({ err }) => {
    if (err) app.log.error({ err }, 'Stopping after an error');
    await close();
  });
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(`${error instanceof StartError ? message : stack}\n`);
  process.exitCode = 1;
}
