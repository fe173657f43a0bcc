import { afterAll, expect, test } from 'vitest';
import { openTestDatabase } from './harness.ts';
import { startServer } from './server-process.ts';

const database = await openTestDatabase();
const env = {
  DATABASE_URL: database.url ?? '',
  REDIS_URL: process.env['TEST_REDIS_URL'] ?? '',
  APP_SECRET: 'tests-only-'.repeat(4),
  CODE_RESEND_AFTER: '0',
  LOG_LEVEL: 'info',
};
const servers = await Promise.all(Array.from({ length: 4 }, () => startServer(env)));
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await database.close();
}, 60_000);

const post = async (n: number, path: string, body: object) => {
  const { url } = servers[n % servers.length] as (typeof servers)[0];
  const answer = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what is under test
  return (await answer.json()) as any;
};

test('100 parallel guessers over 4 processes get 10 guesses a day, over every code', async () => {
  const phone = '+79991234567';
  let guesses = 0;
  for (let code = 0; code < 4; code++) {
    const { devCode } = await post(code, '/auth/code', { phone });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => {
        const guess = String((Number(devCode) + 1 + n) % 10_000).padStart(4, '0');
        return post(n, '/auth/verify', { phone, code: guess });
      }),
    );
    const reasons = answers.map(({ data }) => data.reason);
    expect(new Set(reasons)).not.toContain('INTERNAL');
    guesses += reasons.filter((reason) => reason === 'CODE_WRONG').length;
  }
  expect(guesses).toBe(10);
}, 120_000);

test('a code asked for on one process signs in on another, once', async () => {
  const phone = '+79991234568';
  const { devCode: code } = await post(0, '/auth/code', { phone });
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => post(n + 1, '/auth/verify', { phone, code })),
  );
  expect(answers.filter(({ accessToken }) => accessToken)).toHaveLength(1);
}, 60_000);
