import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserSignIn, me, PROTOCOLS, rename, setCookie } from '../../test/browser.ts';
import { openTestApp, type TestApp, testApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ env: { CORS_ORIGINS: 'https://app.invitree.example' } });
});
afterAll(() => app.close());

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test('the cookie identifies the caller until they sign out', async () => {
    const { cookie, body } = await browserSignIn(app);
    expect((await me(app, protocol, { cookie })).body.id).toBe(body.user.id);

    const out =
      protocol === 'rest'
        ? await app.rest('POST /auth/logout', { headers: { cookie } })
        : await app.trpc('mutation auth.logout', { headers: { cookie } });
    expect(out.body).toEqual({ revoked: 1 });
    expect(setCookie(out)).toMatch(/^invitree_session=; Max-Age=0/);
    expect((await me(app, protocol, { cookie })).body.data.reason).toBe('TOKEN_INVALID');
  });

  test('a revoked session is refused immediately', async () => {
    const { cookie, body } = await browserSignIn(app);
    await app.deps.database.prisma.session.updateMany({
      where: { userId: body.user.id },
      data: { revokedAt: new Date() },
    });
    expect((await me(app, protocol, { cookie })).body.data.reason).toBe('TOKEN_INVALID');
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
  ])('a change with the headers %j gets %i', async (headers, status) => {
    const { cookie } = await browserSignIn(app);
    const response = await rename(app, protocol, { host: 'localhost:80', cookie, ...headers });
    expect(response.status).toBe(status);
    if (status === 403) expect(response.body.data.reason).toBe('FORBIDDEN');
    // Reads are allowed: they change nothing, and the other site cannot see the response.
    expect((await me(app, protocol, { cookie, ...headers })).status).toBe(200);
    expect((await me(app, protocol, { cookie })).body.displayName).toBe(
      status === 200 ? 'Anna' : null,
    );
  });

  test('an access token and a cookie of different sessions are refused', async () => {
    const { cookie } = await browserSignIn(app);
    const { accessToken } = await app.signIn();
    const authorization = `Bearer ${accessToken}`;
    expect((await me(app, protocol, { authorization })).status).toBe(200);
    expect((await me(app, protocol, { authorization, cookie })).body.data.reason).toBe(
      'TOKEN_INVALID',
    );
  });

  test('a forged cookie is invalid, and another cookie is ignored', async () => {
    const { cookie } = await browserSignIn(app);
    const forged = `${cookie.slice(0, -8)}AAAA${cookie.slice(-4)}`;
    for (const bad of [forged, 'invitree_session=Fe26.2*1*2*3', 'invitree_session=%E0%A4%A'])
      expect((await me(app, protocol, { cookie: bad })).body.data.reason).toBe('TOKEN_INVALID');
    expect((await me(app, protocol, { cookie: 'other=1' })).body.data.reason).toBe('TOKEN_MISSING');
  });
});

test('a cross-site cookie sign-in is refused', async () => {
  const { status } = await browserSignIn(app, { origin: 'https://evil.example' });
  expect(status).toBe(403);
});

test('use extends a session, at most every five minutes, and disuse lets it expire', async () => {
  const site = await testApp({ env: { REFRESH_TOKEN_TTL: '3600' } });
  const { cookie } = await browserSignIn(site);
  site.advanceClock(200);
  expect(setCookie(await me(site, 'rest', { cookie }))).toBe('');
  site.advanceClock(200);
  const responses = await Promise.all(
    Array.from({ length: 5 }, () => me(site, 'rest', { cookie })),
  );
  expect(responses.map((response) => response.status)).toEqual(Array(5).fill(200));
  const written = responses.map(setCookie).filter(Boolean);
  expect(written).toHaveLength(1);
  expect(written[0]).toContain('Max-Age=3600');

  site.advanceClock(3500);
  expect((await me(site, 'rest', { cookie })).status).toBe(200);
  site.advanceClock(3600);
  expect((await me(site, 'rest', { cookie })).body.data.reason).toBe('TOKEN_INVALID');
});
