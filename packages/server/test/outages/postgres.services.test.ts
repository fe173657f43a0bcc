import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, testApp } from '../harness.ts';
import { stopServices } from '../services/cleanup.ts';
import { type PostgresServer, startPostgres } from '../services/postgres.ts';
import { waitUntil } from '../services/wait-until.ts';
import { open, UNAVAILABLE } from './open.ts';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(stopServices);

test('while PostgreSQL is down, requests and /readyz fail with 503 and /healthz succeeds; no restart is needed', async () => {
  const database = await open(postgres.url);
  const app = await testApp({ database });
  const { accessToken: token } = await app.signIn();
  const calls = () => [
    app.rest('GET /profile', { token }),
    app.trpc('query profile.me', { token }),
    app.rest('POST /auth/code', { body: { phone: newPhone() } }),
    // These two go through Prisma.
    app.rest('GET /auth/sessions', { token }),
    app.rest('PATCH /profile', { token, body: { displayName: 'Anna' } }),
  ];
  const readyStatus = async () => (await app.send('GET', '/readyz', {})).status;

  for (const mode of ['fast', 'immediate'] as const) {
    await postgres.stop(mode);
    for (const response of await Promise.all(calls())) {
      expect(response).toMatchObject(UNAVAILABLE);
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
      expect(response.body.data.retryAfter).toBe(Number(response.headers['retry-after']));
    }
    expect(await readyStatus()).toBe(503);
    expect(database.health.up).toBe(false);
    expect((await app.send('GET', '/healthz', {})).status).toBe(200);
    await postgres.start();
    await waitUntil(async () => (await readyStatus()) === 200);
    for (const { status } of await Promise.all(calls())) expect(status).toBe(200);
    expect(database.health.up).toBe(true);
  }
});

test('while PostgreSQL is frozen, requests fail at their timeouts, and succeed once it continues', async () => {
  const app = await testApp({ database: await open(postgres.url) });
  const { accessToken: token } = await app.signIn();
  await postgres.freeze();
  const startedAt = performance.now();
  const responses = await Promise.all([
    app.rest('GET /profile', { token }),
    app.rest('GET /auth/sessions', { token }),
    app.rest('POST /auth/code', { body: { phone: newPhone() } }),
    app.send('GET', '/readyz', {}),
  ]);
  expect(responses.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  await postgres.thaw();
  await waitUntil(async () => (await app.rest('GET /profile', { token })).status === 200);
});
