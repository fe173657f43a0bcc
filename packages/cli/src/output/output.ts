import { createColors } from 'picocolors';
import { hasColors, type Io } from '../io.ts';

type Colors = ReturnType<typeof createColors>;

export interface ErrorReport {
  message: string;
  reason?: string | undefined;
  hint?: string | undefined;
  requestId?: string | undefined;
}

export interface Output {
  /** True if results are printed as JSON: with --json, or when stdout is not a terminal. */
  readonly json: boolean;
  readonly colors: Colors;
  /** Width of the terminal in columns. */
  readonly width: number;
  /** Prints a result to stdout, as JSON or as the text that `render` returns. */
  result(value: unknown, render: () => string): void;
  /** Prints a line to stdout. Resolves once the stream accepts more. */
  writeLine(text: string): Promise<void>;
  /** Prints a message to stderr, where it does not mix with the result. */
  info(text: string): void;
  /** Prints an error to stderr, as JSON with --json. */
  error(report: ErrorReport): void;
}

export function createOutput({ stdout, stderr, env }: Io, options: { json?: boolean }): Output {
  const json = options.json === true || !stdout.isTTY;
  const { red, cyan, dim } = createColors(hasColors(stderr, env));
  const writeError = (text: string) => void stderr.write(`${text}\n`);
  return {
    json,
    colors: createColors(!json && hasColors(stdout, env)),
    width: stdout.columns ?? (Number(env['COLUMNS']) || 80),
    result(value, render) {
      stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${render()}\n`);
    },
    async writeLine(text) {
      if (!stdout.write(`${text}\n`)) await new Promise((resolve) => stdout.once('drain', resolve));
    },
    info: writeError,
    error({ message, reason, hint, requestId }) {
      if (options.json) {
        writeError(JSON.stringify({ error: { reason, message, hint, requestId } }));
        return;
      }
      writeError(`${red('error:')} ${message}${reason ? dim(` (${reason})`) : ''}`);
      if (requestId) writeError(`Request ID: ${requestId}. Look it up in the server log.`);
      if (hint) writeError(`${cyan('hint:')} ${hint}`);
    },
  };
}
