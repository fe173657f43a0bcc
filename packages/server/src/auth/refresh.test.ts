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

test('a refresh returns a new pair for the same session', async () => {
  const { refreshToken, accessToken } = await app.signIn();
  app.advanceClock(1);
  const { status, body } = await refresh(refreshToken);
  expect(status).toBe(200);
  expect(body.refreshToken).not.toBe(refreshToken);
  expect(body.accessToken).not.toBe(accessToken);
  const { body: sessions } = await app.rest('GET /auth/sessions', { token: body.accessToken });
  expect(sessions.items).toHaveLength(1);
  expect(sessions.items[0]).toMatchObject({ current: true });
});

test('the database stores no refresh token in plain text', async () => {
  const { refreshToken } = await app.signIn();
  const rows = await app.deps.database.query<{ row: string }>(
    sql`select row(t.*)::text as row from refresh_tokens t`,
  );
  const stored = rows.map(({ row }) => row).join();
  expect(stored).not.toContain(refreshToken);
  expect(stored).not.toContain(Buffer.from(refreshToken, 'base64url').toString('hex'));
});

test('a client that lost the response gets the same one for 10 seconds', async () => {
  const { refreshToken } = await app.signIn();
  const first = await refresh(refreshToken);
  app.advanceClock(10);
  const again = await refresh(refreshToken);
  expect(again.status).toBe(200);
  expect(again.body.refreshToken).toBe(first.body.refreshToken);
});

test('parallel refreshes all get the same token', async () => {
  const { refreshToken } = await app.signIn();
  const responses = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(responses.map(({ body }) => body.refreshToken)).size).toBe(1);
});

describe('a replay', () => {
  test('of a token whose successor has been used is never answered with a token', async () => {
    const { refreshToken } = await app.signIn();
    const { body: next } = await refresh(refreshToken);
    const { body: last } = await refresh(next.refreshToken);
    expect((await refresh(refreshToken)).body.data.reason).toBe('REFRESH_REUSED');
    expect((await refresh(last.refreshToken)).body.data.reason).toBe('TOKEN_INVALID');
  });

  test.each([
    ['after the grace period', 11, {}],
    ['by another client', 1, { 'user-agent': 'thief' }],
  ])('%s revokes the session and all its tokens', async (_, seconds, headers) => {
    const { refreshToken } = await app.signIn();
    const { body: next } = await refresh(refreshToken);
    app.advanceClock(seconds);
    const replay = await refresh(refreshToken, headers);
    expect(replay.status).toBe(401);
    expect(replay.body.data.reason).toBe('REFRESH_REUSED');
    expect((await refresh(next.refreshToken)).body.data.reason).toBe('TOKEN_INVALID');
    const { body } = await app.rest('GET /profile', { token: next.accessToken });
    expect(body.data.reason).toBe('TOKEN_INVALID');
  });

  test('does not affect other sessions of the user', async () => {
    const phone = '+79995550001';
    const one = await app.signIn(phone);
    app.advanceClock(61);
    const other = await app.signIn(phone);
    await refresh(one.refreshToken);
    app.advanceClock(11);
    await refresh(one.refreshToken);
    expect((await app.rest('GET /profile', { token: other.accessToken })).status).toBe(200);
  });
});

test('a refresh token is invalid once its session has expired or been revoked', async () => {
  const idle = await app.signIn();
  const out = await app.signIn();
  await app.rest('POST /auth/logout', { token: out.accessToken });
  expect((await refresh(out.refreshToken)).body.data.reason).toBe('TOKEN_INVALID');
  app.advanceClock(2_592_001);
  expect((await refresh(idle.refreshToken)).body.data.reason).toBe('TOKEN_INVALID');
});

test('each refresh extends the session', async () => {
  let { refreshToken } = await app.signIn();
  for (let i = 0; i < 3; i++) {
    app.advanceClock(2_000_000);
    const { status, body } = await refresh(refreshToken);
    expect(status).toBe(200);
    refreshToken = body.refreshToken;
  }
});

test('an unknown token is refused', async () => {
  const { status, body } = await refresh('x'.repeat(43));
  expect([status, body.data.reason]).toEqual([401, 'TOKEN_INVALID']);
});
