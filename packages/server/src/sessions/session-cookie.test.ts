import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { browserSignIn, me, setCookie } from '../../test/browser.ts';
import {
  newPhone,
  openTestApp,
  openTestDatabase,
  type TestApp,
  testApp,
} from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

test('a cookie sign-in sets an encrypted cookie and returns no token', async () => {
  const { status, body, attributes, cookie } = await browserSignIn(app);
  expect(status).toBe(200);
  expect(Object.keys(body).sort()).toEqual(['isNewUser', 'user']);
  expect(attributes).toMatch(/^invitree_session=Fe26\.2\*/);
  expect(attributes).toMatch(/; HttpOnly/i);
  expect(attributes).toMatch(/; SameSite=Lax/i);
  expect(attributes).toMatch(/; Path=\//i);
  expect(attributes).not.toMatch(/secure/i);
  expect(decodeURIComponent(cookie)).not.toContain(body.user.id);
});

test('a cookie sign-in over tRPC does the same', async () => {
  const phone = newPhone();
  const { body: requested } = await app.trpc('mutation auth.requestCode', { body: { phone } });
  const response = await app.trpc('mutation auth.verifyCode', {
    body: { phone, code: requested.devCode, transport: 'cookie' },
  });
  expect(response.body).toEqual({ isNewUser: true, user: expect.objectContaining({ phone }) });
  const cookie = setCookie(response).split(';')[0] ?? '';
  expect((await me(app, 'trpc', { cookie })).body.phone).toBe(phone);
});

test.each(['https://invitree.example', 'http://invitree.example'])(
  'outside development the cookie is Secure, and over HTTPS bound to its host: %s',
  async (url) => {
    const env = {
      NODE_ENV: 'production',
      PUBLIC_URL: url,
      TEST_PHONES: '+7999*:1111',
      TEST_PHONES_IN_PRODUCTION: 'yes',
    };
    const site = await testApp({ env });
    const phone = newPhone();
    await site.rest('POST /auth/code', { body: { phone } });
    const attributes = setCookie(
      await site.rest('POST /auth/verify', { body: { phone, code: '1111', transport: 'cookie' } }),
    );
    expect(attributes).toMatch(/; Secure/i);
    expect(attributes.startsWith('__Host-')).toBe(url.startsWith('https'));
    const [cookie = ''] = attributes.split(';');
    expect((await me(site, 'rest', { cookie })).status).toBe(200);
  },
);

test('a streamed tRPC response, which cannot set a cookie, refuses a cookie sign-in', async () => {
  const phone = newPhone();
  const { body: requested } = await app.rest('POST /auth/code', { body: { phone } });
  const call = (headers: Record<string, string>) =>
    app.app.inject({
      method: 'POST',
      url: '/trpc/auth.verifyCode?batch=1',
      payload: { 0: { phone, code: requested.devCode, transport: 'cookie' } },
      headers,
    });
  const streamed = await call({ 'trpc-accept': 'application/jsonl' });
  expect(streamed.payload).toContain('INPUT_INVALID');
  expect(setCookie(streamed)).toBe('');
  const whole = await call({});
  expect(setCookie(whole)).toMatch(/^invitree_session=/);
});

test('a streamed tRPC sign-out revokes the session although the cookie stays', async () => {
  const { cookie } = await browserSignIn(app);
  const out = await app.app.inject({
    method: 'POST',
    url: '/trpc/auth.logout?batch=1',
    payload: { 0: {} },
    headers: { 'trpc-accept': 'application/jsonl', cookie },
  });
  expect(out.payload).toContain('"revoked":1');
  expect((await me(app, 'rest', { cookie })).body.data.reason).toBe('TOKEN_INVALID');
});

// In both orders: iron-session writes with the highest id, whatever the order of the secrets.
test.each([
  ['one-'.repeat(8), 'two-'.repeat(8)],
  ['two-'.repeat(8), 'one-'.repeat(8)],
])(
  'after a rotation the first secret writes, the others still read, and removed ones do not',
  async (old, next) => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const withSecrets = (APP_SECRET: string) => testApp({ database, env: { APP_SECRET } });
    const before = await withSecrets(old);
    const during = await withSecrets(`${next},${old}`);
    const after = await withSecrets(next);

    const { cookie: oldCookie } = await browserSignIn(before);
    expect((await me(during, 'rest', { cookie: oldCookie })).status).toBe(200);
    during.advanceClock(400);
    const extended = await me(during, 'rest', { cookie: oldCookie });
    const [newCookie = ''] = setCookie(extended).split(';');

    expect((await me(after, 'rest', { cookie: oldCookie })).body.data.reason).toBe('TOKEN_INVALID');
    expect((await me(after, 'rest', { cookie: newCookie })).status).toBe(200);
  },
);
