import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type TestApp, testApp } from '../../test/harness.ts';

let app: TestApp;
let other: TestApp;
beforeAll(async () => {
  app = await openTestApp();
  // A second instance on the same database.
  other = await openTestApp({ database: app.deps.database, deps: { clock: app.deps.clock } });
});
afterAll(async () => {
  await other.close();
  await app.close();
});

const reasonAt = async (instance: TestApp, token: string | undefined) => {
  const { status, body } = await instance.rest('GET /profile', { token });
  return status === 200 ? 'OK' : body.data.reason;
};

test('a session is valid and is revoked on all instances immediately', async () => {
  const { accessToken } = await app.signIn();
  expect(await reasonAt(other, accessToken)).toBe('OK');
  const { body } = await app.rest('POST /auth/logout', { token: accessToken });
  expect(body).toEqual({ revoked: 1 });
  expect(await reasonAt(app, accessToken)).toBe('TOKEN_INVALID');
  expect(await reasonAt(other, accessToken)).toBe('TOKEN_INVALID');
});

test('signing out everywhere revokes all of the user’s sessions and no others', async () => {
  const phone = '+79995550002';
  const [stranger, one] = [await app.signIn(), await app.signIn(phone)];
  app.advanceClock(61);
  const two = await app.signIn(phone);
  const { body } = await other.rest('POST /auth/logout', {
    token: one.accessToken,
    body: { everywhere: true },
  });
  expect(body).toEqual({ revoked: 2 });
  expect(await reasonAt(app, two.accessToken)).toBe('TOKEN_INVALID');
  expect(await reasonAt(app, stranger.accessToken)).toBe('OK');
});

test('users can list and revoke only their own sessions', async () => {
  const phone = '+79995550003';
  const first = await app.signIn(phone);
  app.advanceClock(61);
  const second = await app.signIn(phone);
  const { body } = await app.rest('GET /auth/sessions', { token: second.accessToken });
  expect(body.items.map((item: { current: boolean }) => item.current)).toEqual([true, false]);
  const stranger = await app.signIn();
  const path = `DELETE /auth/sessions/${body.items[1].id}`;
  expect((await app.rest(path, { token: stranger.accessToken })).body.data.reason).toBe(
    'NOT_FOUND',
  );
  expect((await app.rest(path, { token: second.accessToken })).body).toEqual({ revoked: 1 });
  expect(await reasonAt(app, first.accessToken)).toBe('TOKEN_INVALID');
  expect(await reasonAt(app, second.accessToken)).toBe('OK');
});

test('a missing, invalid or expired token is refused', async () => {
  const { accessToken } = await app.signIn();
  expect(await reasonAt(app, undefined)).toBe('TOKEN_MISSING');
  expect(await reasonAt(app, 'wrong')).toBe('TOKEN_INVALID');
  app.advanceClock(901);
  expect(await reasonAt(app, accessToken)).toBe('TOKEN_EXPIRED');
});

test.each([
  ['tokens', 'bearer'],
  ['a cookie', 'cookie'],
])('a session ends after SESSION_MAX_AGE, however much it is used: %s', async (_, transport) => {
  const site = await testApp({ env: { REFRESH_TOKEN_TTL: '86400', SESSION_MAX_AGE: '200000' } });
  const phone = '+79995550004';
  const { body: sent } = await site.rest('POST /auth/code', { body: { phone } });
  const signedIn = await site.rest('POST /auth/verify', {
    body: { phone, code: sent.devCode, transport },
  });
  const headers = { cookie: String(signedIn.headers['set-cookie']).split(';')[0] ?? '' };
  let { refreshToken } = signedIn.body;
  const use = async () => {
    if (transport === 'cookie') return site.rest('GET /profile', { headers });
    const response = await site.rest('POST /auth/refresh', { body: { refreshToken } });
    ({ refreshToken } = response.body);
    return response;
  };
  for (let hours = 20; hours <= 40; hours += 20) {
    site.advanceClock(20 * 3600);
    expect((await use()).status).toBe(200);
  }
  site.advanceClock(200_000 - 40 * 3600 - 1);
  expect((await use()).status).toBe(200);
  site.advanceClock(1);
  expect((await use()).body.data.reason).toBe('TOKEN_INVALID');
});

test('SESSION_MAX_AGE=0 sets no limit', async () => {
  const site = await testApp({ env: { REFRESH_TOKEN_TTL: '86400', SESSION_MAX_AGE: '0' } });
  let { refreshToken } = await site.signIn();
  for (let day = 0; day < 400; day += 100) {
    site.advanceClock(86_399);
    const { status, body } = await site.rest('POST /auth/refresh', { body: { refreshToken } });
    expect(status).toBe(200);
    ({ refreshToken } = body);
  }
});
