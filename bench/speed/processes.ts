import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A server under load, in a process of its own. */
export interface Contender {
  name: string;
  url: string;
  pid: number;
  /** Milliseconds from its start to its first answer */
  startup: number;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
/** For what the servers print: a file costs them what it costs in operation, and us nothing. */
const folder = mkdtempSync(join(tmpdir(), 'invitree-bench-'));
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

let launched = 0;

/** Starts a program that prints where it listens, and waits for its first answer. */
export async function launch(
  name: string,
  { file, env, ready = '/' }: { file: string; env: Record<string, string>; ready?: string },
): Promise<Contender> {
  const started = performance.now();
  const printed = join(folder, `${name.replaceAll(/\W+/g, '-')}-${launched++}`);
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      ...(process.env['BENCH_NODE_ARGS']?.split(' ') ?? []),
      fileURLToPath(new URL(file, import.meta.url)),
    ],
    {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', openSync(printed, 'w'), 'inherit'],
    },
  );
  running.add(child);
  child.once('exit', () => running.delete(child));
  let url: string | undefined;
  while (!url) {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${readFileSync(printed, 'utf8')}`);
    await sleep(5);
    url = /istening at (http:[^"]+)|listens on (http:\S+)/
      .exec(readFileSync(printed, 'utf8'))
      ?.slice(1)
      .find(Boolean);
  }
  await (await fetch(url + ready)).arrayBuffer();
  return {
    name,
    url,
    pid: child.pid ?? 0,
    startup: performance.now() - started,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Milliseconds of processor time that a process has used so far, in steps of 10. */
export function cpuTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const TICK = 10;
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

/** Resident memory in MB: now, and at its most so far. */
export function memory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}
