import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type LaunchedServer, launch } from '../../packages/server/test/launch.ts';

/** A server under load, in its own process. */
export interface Contender extends LaunchedServer {
  name: string;
}

interface Program {
  /** Relative to this folder. */
  file: string;
  env: Record<string, string>;
  /** Requested until its status is below 500. */
  readyPath: string;
}

/** Launches a program that prints where it listens. BENCH_NODE_ARGS adds arguments of `node`. */
export async function launchContender(
  name: string,
  { file, env, readyPath }: Program,
): Promise<Contender> {
  const server = await launch({
    program: fileURLToPath(new URL(file, import.meta.url)),
    nodeArgs: process.env['BENCH_NODE_ARGS']?.split(' ') ?? [],
    env,
    readyPath,
  });
  return Object.assign(server, { name });
}

/** CPU time that the process has used, in milliseconds. The resolution is 10 ms. */
export function cpuTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const MS_PER_TICK = 10;
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** Resident memory in MB, now and at its peak. */
export function memory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}
