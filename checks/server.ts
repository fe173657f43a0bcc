import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LaunchedServer, launch } from '../packages/server/test/launch.ts';

export interface CheckServer {
  url: string;
  signIn(phone: string): Promise<SignedIn>;
  stop(): Promise<void>;
}

interface SignedIn {
  accessToken: string;
  user: { id: string; inviteCode: string };
}

/** Starts the server on an empty database. Phones that start with +7999 have the code 1111. */
export async function startServer(): Promise<CheckServer> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'invitree-check-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const server = await launch({
    env: { DATA_DIR: folder, TEST_PHONES: '+7999*:1111', LOG_LEVEL: 'warn' },
  });
  stack.defer(async () => void (await server.stop()));
  const running = stack.move();
  return {
    url: server.url,
    async signIn(phone) {
      await post(server, '/auth/code', { phone });
      return post(server, '/auth/verify', { phone, code: '1111' });
    },
    stop: () => running.disposeAsync(),
  };
}

async function post({ url }: LaunchedServer, path: string, body: object): Promise<SignedIn> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as SignedIn;
}
