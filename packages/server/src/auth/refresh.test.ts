import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const refresh = (refreshToken: string, headers = {}) =>
  app.rest('POST /auth/refresh', { body: { refreshToken }, headers });

test('a refresh gives a new pair for the same session', async () => {
  const { refreshToken, accessToken } = await app.signIn();
  app.wait(1);
  const { status, body } = await refresh(refreshToken);
  expect(status).toBe(200);
  expect(body.refreshToken).not.toBe(refreshToken);
  expect(body.accessToken).not.toBe(accessToken);
  const { body: sessions } = await app.rest('GET /auth/sessions', { token: body.accessToken });
  expect(sessions.items).toHaveLength(1);
  expect(sessions.items[0]).toMatchObject({ current: true });
});

test('the database holds no token as it is', async () => {
  const { refreshToken } = await app.signIn();
  const rows = await app.deps.database.query<{ row: string }>(
    sql`select row(t.*)::text as row from refresh_tokens t`,
  );
  const stored = rows.map(({ row }) => row).join();
  expect(stored).not.toContain(refreshToken);
  expect(stored).not.toContain(Buffer.from(refreshToken, 'base64url').toString('hex'));
});

test('a client that lost the answer gets the very same one for 10 seconds', async () => {
  const { refreshToken } = await app.signIn();
  const first = await refresh(refreshToken);
  app.wait(10);
  const again = await refresh(refreshToken);
  expect(again.status).toBe(200);
  expect(again.body.refreshToken).toBe(first.body.refreshToken);
});

test('tabs that refresh in parallel all end with one token', async () => {
  const { refreshToken } = await app.signIn();
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
});

describe('a replay', () => {
  test.each([
    ['after the grace', 11, {}],
    ['by another client', 1, { 'user-agent': 'thief' }],
  ])('%s ends the session and all its tokens', async (_, seconds, headers) => {
    const { refreshToken } = await app.signIn();
    const { body: next } = await refresh(refreshToken);
    app.wait(seconds);
    const replay = await refresh(refreshToken, headers);
    expect(replay.status).toBe(401);
    expect(replay.body.data.reason).toBe('REFRESH_REUSED');
    expect((await refresh(next.refreshToken)).body.data.reason).toBe('TOKEN_INVALID');
    const { body } = await app.rest('GET /profile', { token: next.accessToken });
    expect(body.data.reason).toBe('TOKEN_INVALID');
  });

  test('leaves the other sessions of its user alone', async () => {
    const phone = '+79995550001';
    const one = await app.signIn(phone);
    app.wait(61);
    const other = await app.signIn(phone);
    await refresh(one.refreshToken);
    app.wait(11);
    await refresh(one.refreshToken);
    expect((await app.rest('GET /profile', { token: other.accessToken })).status).toBe(200);
  });
});

test('a refresh token dies with its session, by time and by sign-out', async () => {
  const idle = await app.signIn();
  const out = await app.signIn();
  await app.rest('POST /auth/logout', { token: out.accessToken });
  expect((await refresh(out.refreshToken)).body.data.reason).toBe('TOKEN_INVALID');
  app.wait(2_592_001);
  expect((await refresh(idle.refreshToken)).body.data.reason).toBe('TOKEN_INVALID');
});

test('each refresh prolongs the session', async () => {
  let { refreshToken } = await app.signIn();
  for (let i = 0; i < 3; i++) {
    app.wait(2_000_000);
    const { status, body } = await refresh(refreshToken);
    expect(status).toBe(200);
    refreshToken = body.refreshToken;
  }
});

test('a token that never was is refused', async () => {
  const { status, body } = await refresh('x'.repeat(43));
  expect([status, body.data.reason]).toEqual([401, 'TOKEN_INVALID']);
});
