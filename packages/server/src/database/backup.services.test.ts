import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { stopServices } from '../../test/services/cleanup.ts';
import { startPostgres } from '../../test/services/postgres.ts';
import { start as startServer } from '../start.ts';
import { backUp, restore } from './backup.ts';
import { moveToPostgres } from './move.ts';

const folder = mkdtempSync(join(tmpdir(), 'invitree-backup-'));
const env = (more: Record<string, string>) => ({
  PORT: '0',
  APP_SECRET: 'tests-only-'.repeat(4),
  LOG_LEVEL: 'silent',
  NODE_ENV: 'test',
  TEST_PHONES: '+7999*:1234',
  MAX_EVENT_LOOP_DELAY: '0',
  ...more,
});
afterAll(async () => {
  await stopServices();
  rmSync(folder, { recursive: true });
});

const run = promisify(execFile);

type Running = Awaited<ReturnType<typeof startServer>>;

/** Closed with the test, if it does not close the server itself. */
async function start(settings: Record<string, string>): Promise<Running> {
  const running = await startServer(settings);
  onTestFinished(() => running.close());
  return running;
}

async function call({ app }: Running, route: string, payload?: object, token?: string) {
  const [method, path] = route.split(' ');
  const response = await app.inject({
    method: method as 'GET',
    url: `/api/v1${path}`,
    ...(payload && { payload }),
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
  return response.json();
}

async function signIn(running: Running, phone: string, more: object = {}) {
  await call(running, 'POST /auth/code', { phone });
  return call(running, 'POST /auth/verify', { phone, code: '1234', ...more });
}

test('a backup of the running service is complete, can be restored, and moves to PostgreSQL', {
  timeout: 180_000,
}, async () => {
  const DATA_DIR = join(folder, 'data');
  const first = await start(env({ DATA_DIR }));
  const anna = await signIn(first, '+79991111111');
  const { inviteCode } = anna.user;
  // Sign-ins continue during the backup: each is contained completely or not at all.
  let stop = false;
  const load = (async () => {
    for (let n = 0; !stop; n++) await signIn(first, `+7999222${1000 + n}`, { inviteCode });
  })();
  const file = join(folder, 'backup.tar.gz');
  expect(await backUp(DATA_DIR, file)).toBeGreaterThan(100_000);
  stop = true;
  await load;
  await first.close();

  const elsewhere = join(folder, 'elsewhere');
  await restore(elsewhere, file);
  await expect(restore(elsewhere, file)).rejects.toThrow('already holds a database');
  const second = await start(env({ DATA_DIR: elsewhere }));
  const profile = await call(second, 'GET /profile', undefined, anna.accessToken);
  expect(profile).toMatchObject({ id: anna.user.id, inviteCode });
  await signIn(second, '+79993333333', { inviteCode });
  await second.close();
  // Also works while the service is stopped.
  await backUp(elsewhere, file);

  const postgres = await startPostgres();
  const moved = await moveToPostgres(elsewhere, postgres.url);
  expect(moved['referrals']).toBe(profile.referralCount + 1);
  await expect(moveToPostgres(elsewhere, postgres.url)).rejects.toThrow('not empty');
  const third = await start(env({ DATABASE_URL: postgres.url, DATA_DIR: folder }));
  const after = await call(third, 'GET /profile', undefined, anna.accessToken);
  expect(after).toMatchObject({ id: anna.user.id, referralCount: profile.referralCount + 1 });
  const again = await call(third, 'POST /auth/refresh', { refreshToken: anna.refreshToken });
  expect(again.user.id).toBe(anna.user.id);
  await third.close();

  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  onTestFinished(() => client.end());
  const { rows } = await client.query(
    'select octet_length(hash) as bytes from refresh_tokens where used_at is not null',
  );
  expect(rows).toEqual([{ bytes: 32 }]);

  // As described in docs/operations.md.
  const dump = join(folder, 'invitree.dump');
  await run('pg_dump', ['--format=custom', `--file=${dump}`, postgres.url]);
  await client.query('create database restored');
  const restored = Object.assign(new URL(postgres.url), { pathname: '/restored' }).href;
  await run('pg_restore', ['--exit-on-error', '--no-owner', `--dbname=${restored}`, dump]);
  const fourth = await start(env({ DATABASE_URL: restored, DATA_DIR: folder }));
  expect(await call(fourth, 'GET /profile', undefined, anna.accessToken)).toEqual(after);
  await fourth.close();
});

test('a file that is not a backup changes nothing', async () => {
  const file = join(folder, 'broken.tar.gz');
  writeFileSync(file, 'not a backup');
  const target = join(folder, 'target');
  await expect(restore(target, file)).rejects.toThrow('not a complete backup');
  await expect(backUp(target, file)).rejects.toThrow('no embedded database');
});
