import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  newPhone,
  openTestApp,
  openTestDatabase,
  type TestApp,
  testApp,
} from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ env: { CORS_ORIGINS: 'https://app.invitree.example' } });
});
afterAll(() => app.close());

/** Signs in as a browser does; the cookie to send, and what was said of it. */
async function browserSignIn(to: TestApp = app, headers: Record<string, string> = {}) {
  const phone = newPhone();
  const { body: asked } = await to.rest('POST /auth/code', { body: { phone } });
  const answer = await to.rest('POST /auth/verify', {
    body: { phone, code: asked.devCode, transport: 'cookie' },
    headers,
  });
  const attributes = setCookie(answer);
  return { ...answer, attributes, cookie: attributes.split(';')[0] ?? '' };
}

function setCookie({ headers }: { headers: Record<string, unknown> }): string {
  return String(headers['set-cookie'] ?? '');
}

const protocols = ['rest', 'trpc'] as const;

function me(
  protocol: (typeof protocols)[number],
  headers: Record<string, string>,
  to: TestApp = app,
) {
  return protocol === 'rest'
    ? to.rest('GET /profile', { headers })
    : to.trpc('query profile.me', { headers });
}

function rename(protocol: (typeof protocols)[number], headers: Record<string, string>) {
  const call = { headers, body: { displayName: 'Anna' } };
  return protocol === 'rest'
    ? app.rest('PATCH /profile', call)
    : app.trpc('mutation profile.update', call);
}

test('a browser gets a sealed cookie and no token', async () => {
  const { status, body, attributes, cookie } = await browserSignIn();
  expect(status).toBe(200);
  expect(Object.keys(body).sort()).toEqual(['isNewUser', 'user']);
  expect(attributes).toMatch(/^invitree_session=Fe26\.2\*/);
  expect(attributes).toMatch(/; HttpOnly/i);
  expect(attributes).toMatch(/; SameSite=Lax/i);
  expect(attributes).toMatch(/; Path=\//i);
  expect(attributes).not.toMatch(/secure/i);
  expect(decodeURIComponent(cookie)).not.toContain(body.user.id);
});

test('the same over tRPC', async () => {
  const phone = newPhone();
  const { body: asked } = await app.trpc('mutation auth.requestCode', { body: { phone } });
  const answer = await app.trpc('mutation auth.verifyCode', {
    body: { phone, code: asked.devCode, transport: 'cookie' },
  });
  expect(answer.body).toEqual({ isNewUser: true, user: expect.objectContaining({ phone }) });
  const cookie = setCookie(answer).split(';')[0] ?? '';
  expect((await me('trpc', { cookie })).body.phone).toBe(phone);
});

test.each(['https://invitree.example', 'http://invitree.example'])(
  'outside development it is Secure, and over HTTPS bound to its host: %s',
  async (url) => {
    const env = {
      NODE_ENV: 'production',
      APP_SECRET: 'x'.repeat(32),
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
    expect((await me('rest', { cookie }, site)).status).toBe(200);
  },
);

test('a streamed tRPC answer, whose headers are gone already, refuses to sign in', async () => {
  const phone = newPhone();
  const { body: asked } = await app.rest('POST /auth/code', { body: { phone } });
  const call = (headers: Record<string, string>) =>
    app.app.inject({
      method: 'POST',
      url: '/trpc/auth.verifyCode?batch=1',
      payload: { 0: { phone, code: asked.devCode, transport: 'cookie' } },
      headers,
    });
  const streamed = await call({ 'trpc-accept': 'application/jsonl' });
  expect(streamed.payload).toContain('INPUT_INVALID');
  expect(setCookie(streamed)).toBe('');
  const whole = await call({});
  expect(setCookie(whole)).toMatch(/^invitree_session=/);
});

test('a streamed tRPC sign-out ends the session, though the cookie stays', async () => {
  const { cookie } = await browserSignIn();
  const out = await app.app.inject({
    method: 'POST',
    url: '/trpc/auth.logout?batch=1',
    payload: { 0: {} },
    headers: { 'trpc-accept': 'application/jsonl', cookie },
  });
  expect(out.payload).toContain('"revoked":1');
  expect((await me('rest', { cookie })).body.data.reason).toBe('TOKEN_INVALID');
});

describe.each(protocols)('over %s', (protocol) => {
  test('the cookie says who calls, until the session is signed out', async () => {
    const { cookie, body } = await browserSignIn();
    expect((await me(protocol, { cookie })).body.id).toBe(body.user.id);

    const out =
      protocol === 'rest'
        ? await app.rest('POST /auth/logout', { headers: { cookie } })
        : await app.trpc('mutation auth.logout', { headers: { cookie } });
    expect(out.body).toEqual({ revoked: 1 });
    expect(setCookie(out)).toMatch(/^invitree_session=; Max-Age=0/);
    expect((await me(protocol, { cookie })).body.data.reason).toBe('TOKEN_INVALID');
  });

  test('a session revoked from elsewhere is over at once', async () => {
    const { cookie, body } = await browserSignIn();
    await app.deps.database.prisma.session.updateMany({
      where: { userId: body.user.id },
      data: { revokedAt: new Date() },
    });
    expect((await me(protocol, { cookie })).body.data.reason).toBe('TOKEN_INVALID');
  });

  test.each([
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://app.localhost:80' }, 403],
    [{ 'sec-fetch-site': 'same-site', origin: 'https://app.invitree.example' }, 200],
    [{ origin: 'http://localhost:80' }, 200],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://behind.a.proxy' }, 200],
    [{}, 200],
  ])('a change that the browser marks %j is answered %i', async (headers, status) => {
    const { cookie } = await browserSignIn();
    const answer = await rename(protocol, { host: 'localhost:80', cookie, ...headers });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.data.reason).toBe('FORBIDDEN');
    // Reading changes nothing, and the other site cannot see the answer.
    expect((await me(protocol, { cookie, ...headers })).status).toBe(200);
    expect((await me(protocol, { cookie })).body.displayName).toBe(status === 200 ? 'Anna' : null);
  });

  test('an access token that names another session than the cookie is refused', async () => {
    const { cookie } = await browserSignIn();
    const { accessToken } = await app.signIn();
    const authorization = `Bearer ${accessToken}`;
    expect((await me(protocol, { authorization })).status).toBe(200);
    expect((await me(protocol, { authorization, cookie })).body.data.reason).toBe('TOKEN_INVALID');
  });

  test('a forged or foreign cookie is no session', async () => {
    const { cookie } = await browserSignIn();
    const forged = `${cookie.slice(0, -8)}AAAA${cookie.slice(-4)}`;
    for (const bad of [forged, 'invitree_session=Fe26.2*1*2*3', 'invitree_session=%E0%A4%A'])
      expect((await me(protocol, { cookie: bad })).body.data.reason).toBe('TOKEN_INVALID');
    expect((await me(protocol, { cookie: 'other=1' })).body.data.reason).toBe('TOKEN_MISSING');
  });
});

test('signing in by cookie from another site is refused', async () => {
  const { status } = await browserSignIn(app, { origin: 'https://evil.example' });
  expect(status).toBe(403);
});

test('use prolongs a session, at most every five minutes; disuse ends it', async () => {
  const site = await testApp({ env: { REFRESH_TOKEN_TTL: '3600' } });
  const { cookie } = await browserSignIn(site);
  site.wait(200);
  expect(setCookie(await me('rest', { cookie }, site))).toBe('');
  site.wait(200);
  const answers = await Promise.all(Array.from({ length: 5 }, () => me('rest', { cookie }, site)));
  expect(answers.map((answer) => answer.status)).toEqual(Array(5).fill(200));
  const written = answers.map(setCookie).filter(Boolean);
  expect(written).toHaveLength(1);
  expect(written[0]).toContain('Max-Age=3600');

  site.wait(3500);
  expect((await me('rest', { cookie }, site)).status).toBe(200);
  site.wait(3600);
  expect((await me('rest', { cookie }, site)).body.data.reason).toBe('TOKEN_INVALID');
});

// Both ways round, for a secret's place in the list and its number have nothing to do with each other.
test.each([
  ['one-'.repeat(8), 'two-'.repeat(8)],
  ['two-'.repeat(8), 'one-'.repeat(8)],
])(
  'secrets rotate: the first writes, the others still read, one left out is forgotten',
  async (old, next) => {
    const database = await openTestDatabase();
    const withSecrets = (APP_SECRET: string) => testApp({ database, env: { APP_SECRET } });
    const before = await withSecrets(old);
    const during = await withSecrets(`${next},${old}`);
    const after = await withSecrets(next);

    const { cookie: oldCookie } = await browserSignIn(before);
    expect((await me('rest', { cookie: oldCookie }, during)).status).toBe(200);
    during.wait(400);
    const prolonged = await me('rest', { cookie: oldCookie }, during);
    const [newCookie = ''] = setCookie(prolonged).split(';');

    expect((await me('rest', { cookie: oldCookie }, after)).body.data.reason).toBe('TOKEN_INVALID');
    expect((await me('rest', { cookie: newCookie }, after)).status).toBe(200);
    await database.close();
  },
);
