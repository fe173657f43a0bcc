import { Writable } from 'node:stream';
import { InterruptedError, UsageError } from '../errors.ts';
import { type Io, isInteractive } from '../io.ts';

interface PromptOptions {
  /** The option that a script passes instead of answering, as in `--phone`. */
  flag: string;
  /** How a script uses that option. */
  hint: string;
  hidden?: boolean;
}

/**
 * Prompts on stderr, so that a piped result stays clean. A function as the question is called
 * every second, for a countdown.
 * @throws UsageError if there is no terminal
 */
export async function prompt(
  io: Io,
  question: string | (() => string),
  { flag, hint, hidden = false }: PromptOptions,
): Promise<string> {
  if (!isInteractive(io)) throw new UsageError(`Missing ${flag}.`, hint);
  const { createInterface } = await import('node:readline');
  const text = typeof question === 'string' ? () => question : question;
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({
    input: io.stdin,
    output: hidden ? discard : io.stderr,
    terminal: true,
    prompt: hidden ? '' : text(),
  });
  if (hidden) io.stderr.write(text());
  // `prompt(true)` redraws the question and keeps what is typed so far.
  const countdown =
    typeof question === 'function'
      ? setInterval(() => {
          reader.setPrompt(text());
          reader.prompt(true);
        }, 1000)
      : undefined;
  return new Promise<string>((resolve, reject) => {
    const interrupt = () => {
      io.stderr.write('\n');
      reject(new InterruptedError());
    };
    reader.once('SIGINT', interrupt);
    reader.once('close', interrupt);
    reader.once('line', (line) => {
      reader.off('close', interrupt);
      resolve(line.trim());
    });
    reader.prompt();
  }).finally(() => {
    clearInterval(countdown);
    reader.close();
    if (hidden) io.stderr.write('\n');
  });
}

/** @throws UsageError if the user declines, or if there is no terminal and no --yes */
export async function confirm(io: Io, question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  const reply = await prompt(io, `${question} [y/N] `, {
    flag: '--yes',
    hint: 'Pass --yes to confirm without a prompt.',
  });
  if (!/^y(es)?$/i.test(reply)) throw new UsageError('Canceled. Nothing was changed.');
}
