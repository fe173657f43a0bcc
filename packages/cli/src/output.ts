import { createColors } from 'picocolors';
import type { Io } from './io.ts';

type Colors = ReturnType<typeof createColors>;

export interface Problem {
  message: string;
  reason?: string | undefined;
  hint?: string | undefined;
  requestId?: string | undefined;
}

export interface Output {
  /** Whether a program reads: no colours, no tables, nothing cut. */
  readonly json: boolean;
  readonly colors: Colors;
  /** Columns of the terminal */
  readonly width: number;
  /** The result: JSON for a program, words for a person. */
  result(value: unknown, words: () => string): void;
  /** One line of a result. Resolves when there is room for a next one. */
  line(text: string): Promise<void>;
  /** A remark for a person, on stderr: no part of the result. */
  say(text: string): void;
  problem(problem: Problem): void;
}

export function createOutput({ stdout, stderr, env }: Io, options: { json?: boolean }): Output {
  const json = options.json === true || !stdout.isTTY;
  const colourful = (terminal: { isTTY?: boolean }) =>
    terminal.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const onError = createColors(colourful(stderr));
  return {
    json,
    colors: createColors(!json && colourful(stdout)),
    width: stdout.columns ?? (Number(env['COLUMNS']) || 80),
    result(value, words) {
      stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${words()}\n`);
    },
    async line(text) {
      if (!stdout.write(`${text}\n`)) await new Promise((resolve) => stdout.once('drain', resolve));
    },
    say: (text) => void stderr.write(`${text}\n`),
    problem({ message, reason, hint, requestId }) {
      if (options.json) {
        stderr.write(`${JSON.stringify({ error: { reason, message, hint, requestId } })}\n`);
        return;
      }
      const name = reason ? onError.dim(` (${reason})`) : '';
      stderr.write(`${onError.red('error:')} ${message}${name}\n`);
      if (requestId) stderr.write(`request ${requestId}: the server's log knows more\n`);
      if (hint) stderr.write(`${onError.cyan('hint:')} ${hint}\n`);
    },
  };
}
