import { CommanderError } from 'commander';
import { exitCodeOf, InterruptedError, reportError } from './errors.ts';
import type { Io } from './io.ts';
import { createOutput } from './output/output.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command and returns its exit code: 0 success, 1 refused by the server or incomplete,
 * 2 usage error, 3 server unreachable, 130 interrupted.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const program = createProgram(io);
  try {
    await Promise.race([rejectOnAbort(io.signal), program.parseAsync(argv, { from: 'user' })]);
    return 0;
  } catch (error) {
    // Commander has already printed the help or the error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    reportError(error, io, createOutput(io, program.opts()));
    return exitCodeOf(error);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = () => reject(new InterruptedError());
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
