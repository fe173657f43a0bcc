import type { Readable, Writable } from 'node:stream';

/** The process as a command sees it. Tests pass their own. */
export interface Io {
  stdin: Readable & { isTTY?: boolean };
  stdout: Terminal;
  stderr: Terminal;
  env: Record<string, string | undefined>;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
}

type Terminal = Writable & { isTTY?: boolean; columns?: number };

/** True if the user can be prompted. */
export function isInteractive({ stdin, stderr, env }: Io): boolean {
  return stdin.isTTY === true && stderr.isTTY === true && !env['CI'];
}

/** True if the terminal supports colors and NO_COLOR (https://no-color.org) is not set. */
export function hasColors({ isTTY }: { isTTY?: boolean }, env: Io['env']): boolean {
  return isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}
