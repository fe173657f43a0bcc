import { UsageError } from '../errors.ts';
import type { Io } from '../io.ts';

/**
 * Reads the first line of standard input. Secrets are never arguments, because every process of
 * the machine can read those.
 */
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
