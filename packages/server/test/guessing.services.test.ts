import { afterAll, beforeAll, expect, test } from 'vitest';
import { APP_SECRET, openTestDatabase } from './harness.ts';
import type { LaunchedServer } from './launch.ts';
import { atSuiteEnd, stopServices } from './services/cleanup.ts';
import { startInstance } from './services/instance.ts';

let servers: LaunchedServer[];
beforeAll(async () => {
  const database = await openTestDatabase();
  atSuiteEnd(() => database.close());
  const env = {
    DATABASE_URL: database.url ?? '',
    REDIS_URL: process.env['TEST_REDIS_URL'] ?? '',
    APP_SECRET,
    CODE_RESEND_AFTER: '0',
    LOG_LEVEL: 'info',
  };
  servers = await Promise.all(Array.from({ length: 4 }, () => startInstance(env)));
});
afterAll(stopServices, 60_000);

/** Sends the request to the nth server. */
const post = async (n: number, path: string, body: object) => {
  const { url } = servers[n % servers.length] as LaunchedServer;
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the response body is what is under test
  return (await response.json()) as any;
};

test('100 parallel guessers on 4 processes get 8 guesses a day, whichever code they guess', async () => {
  const phone = '+79991234567';
  let guesses = 0;
  for (let code = 0; code < 4; code++) {
    const { devCode } = await post(code, '/auth/code', { phone });
    const responses = await Promise.all(
      Array.from({ length: 100 }, (_, n) => {
        const guess = String((Number(devCode) + 1 + n) % 10_000).padStart(4, '0');
        return post(n, '/auth/verify', { phone, code: guess });
      }),
    );
    const reasons = responses.map(({ data }) => data.reason);
    expect(new Set(reasons)).not.toContain('INTERNAL');
    guesses += reasons.filter((reason) => reason === 'CODE_WRONG').length;
  }
  expect(guesses).toBe(8);
}, 120_000);

test('a code requested from one process signs in once on any other', async () => {
  const phone = '+79991234568';
  const { devCode: code } = await post(0, '/auth/code', { phone });
  const responses = await Promise.all(
    Array.from({ length: 40 }, (_, n) => post(n + 1, '/auth/verify', { phone, code })),
  );
  expect(responses.filter(({ accessToken }) => accessToken)).toHaveLength(1);
}, 60_000);
