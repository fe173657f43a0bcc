import { type Client, createClient } from '@invitree/sdk';
import type { Io } from './io.ts';
import { resolveServer } from './storage/servers.ts';
import { readTokens, writeTokens } from './storage/sessions.ts';

/** Milliseconds. A batch of an import takes longer than the SDK's default allows. */
const TIMEOUT = 60_000;

/** Creates a client that uses INVITREE_TOKEN if set, else the session stored for the server. */
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
