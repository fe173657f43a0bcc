import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

export const root = join(import.meta.dirname, '..');
const bin = join(import.meta.dirname, 'node_modules/.bin');

/** Runs a command to its end and gives what it printed; one that fails throws with all it said. */
export async function run(
  command: string,
  args: string[],
  { cwd = import.meta.dirname, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      cwd,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}`, ...env },
    });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
  }
}

/** The Node that runs this, and the machine's own if that is another. */
export async function nodes(): Promise<string[]> {
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);
  const own = await run('/usr/bin/env', ['which', 'node'], { env: { PATH: path } }).catch(() => '');
  return [...new Set([process.execPath, own.trim()].filter(Boolean))];
}

export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  });
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Starts a program and waits until it has printed what is expected of it. */
export async function start(
  command: string,
  args: string[],
  { cwd, env, until }: { cwd: string; env: Record<string, string>; until: RegExp },
): Promise<{ stop(): Promise<void> }> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
  let printed = '';
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk;
      if (until.test(printed)) ready.resolve();
    });
  child.on('close', () => ready.reject(new Error(`${command} ${args.join(' ')}\n${printed}`)));
  await ready.promise;
  return {
    async stop() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}
