import { type Client, createClient } from '@invitree/sdk';
import type { Io } from './io.ts';
import { readTokens, resolveServer, writeTokens } from './settings.ts';

/** Milliseconds: a batch of an import takes longer than a call usually may. */
const TIMEOUT = 60_000;

/** INVITREE_TOKEN, an access token, speaks for itself; else whoever has signed in at the server. */
export async function connect({ env }: Io, server?: string): Promise<Client> {
  const url = await resolveServer(env, server);
  const common = { url, timeout: TIMEOUT, locale: 'en' };
  const token = env['INVITREE_TOKEN'];
  if (token) return createClient({ ...common, headers: { authorization: `Bearer ${token}` } });
  return createClient({
    ...common,
    storage: {
      load: () => readTokens(env, url),
      save: (tokens) => writeTokens(env, url, tokens),
    },
  });
}
