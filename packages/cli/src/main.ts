#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// A start spends more time on reading its own code than on anything else.
enableCompileCache();
const { run } = await import('./run.ts');

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
// Whoever reads us has closed: `invitree admin users list | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupted.signal,
});
// Whatever was under way is of no interest any more.
if (interrupted.signal.aborted) process.exit();
