import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { newPhone, openTestDatabase } from './harness.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const running: ServerProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop('SIGKILL')));
});

async function start(env: Record<string, string>): Promise<ServerProcess> {
  const server = await startServer(env);
  running.push(server);
  return server;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'invitree-start-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Settings for the database under test, new and empty. */
const databases: Record<string, () => Promise<Record<string, string>>> = {
  'the embedded database': async () => ({ DATA_DIR: await newFolder() }),
  ...('url' in inject('template') && {
    PostgreSQL: async () => {
      const database = await openTestDatabase();
      onTestFinished(() => database.close());
      return { DATA_DIR: await newFolder(), DATABASE_URL: database.url ?? '' };
    },
  }),
};

async function post(url: string, path: string, body: object): Promise<Record<string, string>> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Record<string, string>;
}

interface SignedIn {
  phone: string;
  accessToken: string;
}

async function signIn(url: string): Promise<SignedIn> {
  const phone = newPhone();
  const { devCode: code } = await post(url, '/auth/code', { phone });
  const { accessToken = '' } = await post(url, '/auth/verify', { phone, code });
  return { phone, accessToken };
}

async function expectProfile(url: string, { phone, accessToken }: SignedIn) {
  const headers = { authorization: `Bearer ${accessToken}` };
  const answer = await fetch(`${url}/api/v1/profile`, { headers });
  expect(await answer.json()).toMatchObject({ phone, inviteCode: expect.any(String) });
}

describe.each(Object.keys(databases))('on %s', (name) => {
  test('killed under load every acknowledged sign-in is kept; asked to stop it ends well', async () => {
    const env = await databases[name]?.();
    const server = await start({ ...env });
    const acknowledged: SignedIn[] = [];
    const enough = Promise.withResolvers<void>();
    const load = Array.from({ length: 8 }, async () => {
      for (;;) {
        const signedIn = await signIn(server.url);
        acknowledged.push(signedIn);
        if (acknowledged.length === 60) enough.resolve();
      }
    });
    await Promise.race([enough.promise, ...load]);
    await server.stop('SIGKILL');
    await Promise.allSettled(load);

    const again = await start({ ...env });
    for (const signedIn of acknowledged) await expectProfile(again.url, signedIn);
    const last = await signIn(again.url);
    expect(await again.stop('SIGINT')).toBe(0);

    const third = await start({ ...env });
    await expectProfile(third.url, last);
  });
});

test('one process at a time on a folder; what it says, in development and in production', async () => {
  const DATA_DIR = await newFolder();
  const first = await start({ DATA_DIR });
  await expect.poll(first.output).toContain(`Invitree listens on ${first.url}`);
  expect(first.output()).toContain(`embedded PostgreSQL in ${DATA_DIR}`);
  expect(first.output()).toContain(`${first.url}/docs`);
  const { devCode } = await post(first.url, '/auth/code', { phone: '+79991234567' });
  await expect.poll(first.output).toContain(`${devCode} is your sign-in code`);

  const refused = startServer({ DATA_DIR });
  await expect(refused).rejects.toThrow(`${DATA_DIR} is in use by process ${first.pid}`);
  await first.stop('SIGKILL');

  // What a crash leaves behind locks nobody out, even if some other process has its number now.
  await writeFile(join(DATA_DIR, 'lock.pid'), String(process.pid));
  const env = { DATA_DIR, NODE_ENV: 'production', APP_SECRET: 'x'.repeat(32) };
  const production = await start(env);
  const answer = await post(production.url, '/auth/code', { phone: '+79997654321' });
  expect(answer).toMatchObject({ phone: '+79997654321' });
  expect(answer).not.toHaveProperty('devCode');
  await production.stop();
  expect(production.output()).not.toContain('79997654321');
  expect(production.output()).not.toMatch(/\b\d{4} is your/);
});

test('a wrong setting stops the start and is named', async () => {
  await expect(startServer({ CODE_TTL: 'soon', NODE_ENV: 'production' })).rejects.toThrow(
    /CODE_TTL.*APP_SECRET is required/s,
  );
});
