import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface LaunchOptions {
  /** The process inherits only PATH. PORT defaults to 0, a free port. */
  env: Record<string, string>;
  /** @default packages/server/src/main.ts */
  program?: string;
  args?: string[];
  nodeArgs?: string[];
  cwd?: string;
  /** Requested until its status is below 500. @default '/readyz' */
  readyPath?: string;
}

export interface LaunchedServer {
  /** Without a trailing slash. */
  url: string;
  port: number;
  pid: number;
  /** Milliseconds from the start of the process to the first successful response. */
  startup: number;
  /** Everything written to stdout and stderr, across restarts. */
  output(): string;
  /** Sends the signal and waits for the exit. Resolves to the exit code or the signal. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  /** Starts the stopped server again, on the same port. */
  restart(): Promise<void>;
}

const SERVER = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const LISTENING = /(?:^|(?:listening at|listens on|Local:)\s+)(http:[^"\s]+)["\s]/m;
const START_TIMEOUT = 60_000;

const running = new Map<ChildProcess, string>();
process.on('exit', () => {
  for (const [child, file] of running) {
    child.kill('SIGKILL');
    rmSync(file, { force: true });
  }
});

/**
 * Starts the server, or another Node.js program that prints where it listens, in its own process.
 * Resolves once it responds. Rejects with its output if it exits before that.
 */
export async function launch(options: LaunchOptions): Promise<LaunchedServer> {
  let earlier = '';
  let current = await start(options);
  const server: LaunchedServer = {
    ...current.address,
    output: () => earlier + current.output(),
    async stop(signal = 'SIGTERM') {
      const { child } = current;
      if (isRunning(child)) {
        const exited = once(child, 'exit');
        child.kill(signal);
        await exited;
      }
      return child.exitCode ?? child.signalCode;
    },
    async restart() {
      const env = { ...options.env, PORT: String(server.port) };
      const next = await start({ ...options, env });
      earlier = server.output();
      current = next;
      Object.assign(server, current.address);
    },
  };
  return server;
}

async function start({ readyPath = '/readyz', ...options }: LaunchOptions) {
  const startedAt = performance.now();
  const { child, output } = spawnProgram(options);
  try {
    let url: string | undefined;
    let responds = false;
    while (!responds) {
      await sleep(5);
      if (!isRunning(child)) throw new Error(`The program exited before it listened\n${output()}`);
      if (performance.now() - startedAt > START_TIMEOUT)
        throw new Error(`The program did not start within ${START_TIMEOUT} ms\n${output()}`);
      url ??= LISTENING.exec(output())?.[1]?.replace(/\/$/, '');
      responds = url !== undefined && (await isReady(url + readyPath));
    }
    const startup = performance.now() - startedAt;
    const address = { url: url as string, port: Number(new URL(url as string).port) };
    return { child, output, address: { ...address, pid: child.pid as number, startup } };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function spawnProgram({ env, program = SERVER, args = [], nodeArgs = [], cwd }: LaunchOptions) {
  // A file rather than a pipe: reading a pipe would cost a benchmark time while it measures.
  const file = join(tmpdir(), `invitree-launch-${randomUUID()}.log`);
  const descriptor = openSync(file, 'a');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...nodeArgs, program, ...args],
    {
      cwd,
      env: { PATH: process.env['PATH'], PORT: '0', ...env },
      stdio: ['ignore', descriptor, descriptor],
    },
  );
  closeSync(descriptor);
  running.set(child, file);
  let complete: string | undefined;
  const output = () => complete ?? readFileSync(file, 'utf8');
  child.once('exit', () => {
    complete = readFileSync(file, 'utf8');
    rmSync(file);
    running.delete(child);
  });
  return { child, output };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.status < 500;
  } catch {
    return false;
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
