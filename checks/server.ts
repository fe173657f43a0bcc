import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, root, start } from './commands.ts';

/** The server as people start it, on an empty database; every phone from +7999 has the code 1111. */
export async function startServer(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'invitree-check-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = await start(process.execPath, ['packages/server/src/main.ts'], {
    cwd: root,
    env: {
      PORT: String(port),
      DATA_DIR: folder,
      TEST_PHONES: '+7999*:1111',
      LOG_LEVEL: 'warn',
      ...env,
    },
    until: /listens on/,
  });

  async function post(path: string, body: object, token?: string) {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as SignedIn;
  }

  return {
    url,
    async signIn(phone: string): Promise<SignedIn> {
      await post('/auth/code', { phone });
      return post('/auth/verify', { phone, code: '1111' });
    },
    async stop() {
      await program.stop();
      await rm(folder, { recursive: true });
    },
  };
}

interface SignedIn {
  accessToken: string;
  user: { id: string; inviteCode: string };
}
