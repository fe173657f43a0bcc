import type { Readable, Writable } from 'node:stream';

/** The world as a command sees it: tests hand in their own. */
export interface Io {
  stdin: Readable & { isTTY?: boolean };
  stdout: Terminal;
  stderr: Terminal;
  env: Record<string, string | undefined>;
  /** Aborts when the person has had enough (Ctrl-C). */
  signal: AbortSignal;
}

type Terminal = Writable & { isTTY?: boolean; columns?: number };

/** Whether there is a person who can answer a question. */
export function isInteractive({ stdin, stderr, env }: Io): boolean {
  return stdin.isTTY === true && stderr.isTTY === true && !env['CI'];
}
