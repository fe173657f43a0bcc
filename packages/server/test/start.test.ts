import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { newPhone, openTestDatabase } from './harness.ts';
import { launch } from './launch.ts';
import { stopServices } from './services/cleanup.ts';
import { startInstance } from './services/instance.ts';

afterEach(stopServices);

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'invitree-start-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Settings for a new, empty database. */
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
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, string>;
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
  const response = await fetch(`${url}/api/v1/profile`, { headers });
  expect(await response.json()).toMatchObject({ phone, inviteCode: expect.any(String) });
}

describe.each(Object.keys(databases))('on %s', (name) => {
  test('keeps every acknowledged sign-in when killed under load, and exits with 0 on SIGINT', async () => {
    const env = await databases[name]?.();
    const server = await startInstance({ ...env });
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

    const again = await startInstance({ ...env });
    for (const signedIn of acknowledged) await expectProfile(again.url, signedIn);
    const last = await signIn(again.url);
    expect(await again.stop('SIGINT')).toBe(0);

    const third = await startInstance({ ...env });
    await expectProfile(third.url, last);
  });
});

test('allows one process per DATA_DIR, and prints codes in development only', async () => {
  const DATA_DIR = await newFolder();
  const first = await startInstance({ DATA_DIR });
  await expect.poll(first.output).toContain(`Invitree listens on ${first.url}`);
  expect(first.output()).toContain(`embedded PostgreSQL in ${DATA_DIR}`);
  expect(first.output()).toContain(`${first.url}/docs`);
  const { devCode } = await post(first.url, '/auth/code', { phone: '+79991234567' });
  await expect.poll(first.output).toContain(`${devCode} is your sign-in code`);

  const refused = launch({ env: { DATA_DIR } });
  await expect(refused).rejects.toThrow(`${DATA_DIR} is in use by process ${first.pid}`);
  await first.stop('SIGKILL');

  // A lock left by a crash is ignored, even if another process has that id now.
  await writeFile(join(DATA_DIR, 'lock.pid'), String(process.pid));
  const env = { DATA_DIR, NODE_ENV: 'production' };
  const production = await startInstance(env);
  const sent = await post(production.url, '/auth/code', { phone: '+79997654321' });
  expect(sent).toMatchObject({ phone: '+79997654321' });
  expect(sent).not.toHaveProperty('devCode');
  await production.stop();
  expect(production.output()).not.toContain('79997654321');
  expect(production.output()).not.toMatch(/\b\d{4,6} is your/);
});

test('an invalid setting prevents the start and is named', async () => {
  await expect(launch({ env: { CODE_TTL: 'soon', NODE_ENV: 'production' } })).rejects.toThrow(
    /CODE_TTL.*APP_SECRET is required.*PUBLIC_URL is required/s,
  );
});
