import { UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { prompt } from './prompt.ts';
import { readSecret } from './secret.ts';

const HIDDEN = {
  hidden: true,
  flag: '--password-stdin',
  hint: 'Pipe the password in with --password-stdin, or run this command in a terminal.',
};

export function promptPassword(io: Io, question = 'Password: '): Promise<string> {
  return prompt(io, question, HIDDEN);
}

export function getPassword(io: Io, fromStdin?: boolean): Promise<string> {
  return fromStdin ? readSecret(io) : promptPassword(io);
}

/** Prompts twice, because the input is hidden. */
export async function getNewPassword(io: Io, fromStdin?: boolean): Promise<string> {
  if (fromStdin) return readSecret(io);
  const password = await promptPassword(io, 'New password: ');
  const repeated = await promptPassword(io, 'Repeat the password: ');
  if (password !== repeated)
    throw new UsageError('The passwords do not match. Nothing was changed.');
  return password;
}
