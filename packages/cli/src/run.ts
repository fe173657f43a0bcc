import { CommanderError } from 'commander';
import { exitCodeOf, GivenUp, reportFailure } from './failures.ts';
import type { Io } from './io.ts';
import { createOutput } from './output.ts';
import { createProgram } from './program.ts';

/**
 * One command, from its arguments to its exit code: 0 well, 1 refused by the server, 2 wrong usage,
 * 3 server out of reach, 130 given up by the person.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const program = createProgram(io);
  try {
    await Promise.race([givenUp(io.signal), program.parseAsync(argv, { from: 'user' })]);
    return 0;
  } catch (error) {
    // commander has said it already, be it the help or what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    reportFailure(error, io, createOutput(io, program.opts()));
    return exitCodeOf(error);
  }
}

function givenUp(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const giveUp = () => reject(new GivenUp());
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}
