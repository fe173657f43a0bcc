import { UsageError } from './failures.ts';
import type { Io } from './io.ts';
import { ask, readSecret } from './questions.ts';

const OTHERWISE = 'Pipe it in, with --password-stdin.';

export async function currentPassword(io: Io, fromStdin?: boolean): Promise<string> {
  if (fromStdin) return readSecret(io);
  return ask(io, 'Password: ', { hidden: true, otherwise: OTHERWISE });
}

/** Asked for twice, for nobody sees what they type. */
export async function newPassword(io: Io, fromStdin?: boolean): Promise<string> {
  if (fromStdin) return readSecret(io);
  const password = await ask(io, 'New password: ', { hidden: true, otherwise: OTHERWISE });
  const again = await ask(io, 'The same again: ', { hidden: true, otherwise: OTHERWISE });
  if (password !== again) throw new UsageError('The two are not the same. Nothing was done.');
  return password;
}
