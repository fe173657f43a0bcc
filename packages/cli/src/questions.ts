import { Writable } from 'node:stream';
import { GivenUp, UsageError } from './failures.ts';
import { type Io, isInteractive } from './io.ts';

/**
 * Asks a person, on stderr, so that what is piped stays clean. Never where nobody can answer:
 * that is a UsageError, with a word on how a script does it.
 */
export async function ask(
  io: Io,
  question: string | (() => string),
  { otherwise, hidden = false }: { otherwise: string; hidden?: boolean },
): Promise<string> {
  if (!isInteractive(io))
    throw new UsageError('There is nobody to ask: this is not a terminal.', otherwise);
  const { createInterface } = await import('node:readline');
  const text = typeof question === 'string' ? () => question : question;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({
    input: io.stdin,
    output: hidden ? silent : io.stderr,
    terminal: true,
    prompt: hidden ? '' : text(),
  });
  if (hidden) io.stderr.write(text());
  // A question that counts down is written anew each second, around what is typed so far.
  const clock =
    typeof question === 'function'
      ? setInterval(() => {
          reader.setPrompt(text());
          reader.prompt(true);
        }, 1000)
      : undefined;
  return new Promise<string>((resolve, reject) => {
    const giveUp = () => {
      io.stderr.write('\n');
      reject(new GivenUp());
    };
    reader.once('SIGINT', giveUp);
    reader.once('close', giveUp);
    reader.once('line', (line) => {
      reader.off('close', giveUp);
      resolve(line.trim());
    });
    reader.prompt();
  }).finally(() => {
    clearInterval(clock);
    reader.close();
    if (hidden) io.stderr.write('\n');
  });
}

export async function confirm(io: Io, question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  const answer = await ask(io, `${question} [y/N] `, {
    otherwise: 'Say that you mean it with --yes.',
  });
  if (!/^y(es)?$/i.test(answer)) throw new UsageError('Nothing was done.');
}

/** The first line of standard input, for secrets: on the command line all the machine could read them. */
export async function readSecret({ stdin }: Io): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  const [line = ''] = text.split('\n');
  if (!line.trim()) throw new UsageError('Standard input is empty.');
  return line.replace(/\r$/, '');
}
