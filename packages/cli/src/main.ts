#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Most of the startup time goes to compiling the CLI's own code.
enableCompileCache();
const { run } = await import('./run.ts');

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
// A closed pipe is no error: `invitree admin users list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupt.signal,
});
// Do not wait for requests that are still in flight.
if (interrupt.signal.aborted) process.exit();
