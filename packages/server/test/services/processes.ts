import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { atSuiteEnd } from './cleanup.ts';

export const run = promisify(execFile);

export interface ServiceProcess {
  kill(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the process to exit. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program that is stopped by `endSignal` when the suite ends. */
export function startProcess(
  command: string,
  args: string[],
  endSignal: NodeJS.Signals = 'SIGKILL',
): ServiceProcess {
  const child = spawn(command, args, { stdio: 'ignore' });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await exited;
  };
  atSuiteEnd(() => stop(endSignal));
  return { kill: (signal) => void child.kill(signal), stop };
}

/** PostgreSQL and PgBouncer refuse to run as root. */
export function asPostgresUser(command: string, args: string[]): [string, string[]] {
  return process.getuid?.() === 0
    ? ['runuser', ['-u', 'postgres', '--', command, ...args]]
    : [command, args];
}

/** Tests of optional programs are skipped where those are not installed. */
export async function isInstalled(program: string): Promise<boolean> {
  return run('sh', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  );
}
