import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeFor, linkPhone, PASSWORD } from '../../test/accounts.ts';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  // Access tokens outlive every proof, so that no test needs to refresh one.
  app = await openTestApp({ env: { ACCESS_TOKEN_TTL: '86400' } });
});
afterAll(() => app.close());

/** A user with two sessions, who proved who they are more than 10 minutes ago. */
async function staleUser() {
  const phone = newPhone();
  const { accessToken: elsewhere } = await app.signIn(phone);
  app.advanceClock(60);
  const { accessToken: token } = await app.signIn(phone);
  app.advanceClock(600);
  return { phone, token, elsewhere };
}

const prove = async (token: string, phone: string) =>
  app.rest('POST /auth/reauthenticate', { token, body: { code: await codeFor(app, phone) } });

const isLive = async (token: string) => (await app.rest('GET /profile', { token })).status === 200;

test('without a proof one may sign out of the current session, and renew the own phone', async () => {
  const { phone, token, elsewhere } = await staleUser();
  const renewed = await linkPhone(app, token, { phone, code: await codeFor(app, phone) });
  expect(renewed.status).toBe(200);
  expect(await isLive(elsewhere)).toBe(true);
  expect((await app.rest('POST /auth/logout', { token })).body).toEqual({ revoked: 1 });
  const { body } = await app.rest('GET /auth/sessions', { token: elsewhere });
  const [{ id }] = body.items;
  const own = await app.rest(`DELETE /auth/sessions/${id}`, { token: elsewhere });
  expect(own.body).toEqual({ revoked: 1 });
});

test('a refused phone leaves its code usable, so that it works after the proof', async () => {
  const { phone, token, elsewhere } = await staleUser();
  const next = newPhone();
  const code = await codeFor(app, next);
  const refused = await linkPhone(app, token, { phone: next, code });
  expect([refused.status, refused.body.data.reason]).toEqual([403, 'REAUTHENTICATION_REQUIRED']);
  expect((await prove(token, phone)).status).toBe(200);
  expect((await linkPhone(app, token, { phone: next, code })).body.phone).toBe(next);
  expect(await isLive(elsewhere)).toBe(false);
});

test('a proof by phone replaces a forgotten password', async () => {
  const { phone, token } = await staleUser();
  const set = (body: object) => app.rest('POST /auth/password', { token, body });
  await prove(token, phone);
  expect((await set({ password: PASSWORD })).status).toBe(200);
  app.advanceClock(600 - 1);
  const { accessToken: other } = await app.signIn(phone);
  app.advanceClock(1);
  expect((await set({ password: `${PASSWORD} 2` })).body.data.reason).toBe(
    'REAUTHENTICATION_REQUIRED',
  );
  const { body } = await set({ password: `${PASSWORD} 2`, currentPassword: PASSWORD });
  expect(body.phone).toBe(phone);
  expect(await isLive(other)).toBe(false);
});

test.each([
  ['en', /new phone number/, /new email and password/, /new password/, /deleted/],
  ['ru', /новый номер телефона/, /новые почта и пароль/, /новый пароль/, /удалён/],
])('tells the phone from before each change, in %s', async (locale, ...expected) => {
  const headers = { 'accept-language': locale };
  const old = newPhone();
  const { accessToken: token } = await app.signIn(old);
  const next = newPhone();
  const email = `${next.slice(1)}@example.com`;
  app.outbox.length = 0;
  const code = await codeFor(app, next);
  await app.rest('POST /auth/link/phone', { token, headers, body: { phone: next, code } });
  for (const body of [{ email, password: PASSWORD }, { password: `${PASSWORD} 2` }])
    await app.rest('POST /auth/password', { token, headers, body });
  await app.rest('DELETE /profile?confirm=true', { token, headers });
  const notices = app.outbox.filter(({ text }) => !/\d/.test(text));
  expect(notices.map(({ to }) => to)).toEqual([old, next, next, next]);
  for (const [n, text] of expected.entries()) expect(notices[n]?.text).toMatch(text);
  expect(app.outbox).toHaveLength(notices.length + 1);
});
