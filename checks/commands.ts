import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

export const root = join(import.meta.dirname, '..');
const bin = join(import.meta.dirname, 'node_modules/.bin');

/** Runs a command and resolves to its standard output. Rejects with all its output if it fails. */
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

/** The `node` that runs this file, and the one installed on the machine if that is another. */
export async function nodes(): Promise<string[]> {
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);
  const installed = await run('/usr/bin/env', ['which', 'node'], { env: { PATH: path } }).catch(
    () => '',
  );
  return [...new Set([process.execPath, installed.trim()].filter(Boolean))];
}

export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  });
}
