import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { isInvitreeError } from '../src/index.ts';
import { createVerifier } from '../src/verify.ts';
import { failure, listen } from './server.ts';

/** The PUBLIC_URL of the servers below. */
const issuer = 'http://invitree.test';
const [oldSecret, newSecret] = ['old-secret-'.repeat(4), 'new-secret-'.repeat(4)];

let server: Awaited<ReturnType<typeof listen>>;
let rotated: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  server = await listen({ env: { APP_SECRET: oldSecret, PUBLIC_URL: issuer } });
  rotated = await listen({ env: { APP_SECRET: `${newSecret},${oldSecret}`, PUBLIC_URL: issuer } });
});
afterAll(async () => {
  await server.close();
  await rotated.close();
});

test('verifies tokens with public keys that are fetched once', async () => {
  let fetches = 0;
  const verify = createVerifier({
    url: `${server.url}/`,
    issuer,
    fetch(url, init) {
      fetches += 1;
      return fetch(url, init);
    },
  });
  const { accessToken, user } = await server.signedIn();
  for (const authorization of [accessToken, `Bearer ${accessToken}`, `bearer  ${accessToken}`])
    expect(await verify(authorization)).toMatchObject({ userId: user.id });
  const { issuedAt, expiresAt, sessionId } = await verify(accessToken);
  expect(+expiresAt - +issuedAt).toBe(900_000);
  expect(sessionId).toMatch(/^[0-9a-f-]{36}$/);
  expect(fetches).toBe(1);
});

test('fetches the keys again when a token names a new one', async () => {
  let current = server;
  const verify = createVerifier({
    url: server.url,
    issuer,
    cacheMaxAge: 0,
    fetch: (url, init) => fetch(url.replace(server.url, current.url), init),
  });
  const old = await server.signedIn();
  await verify(old.accessToken);
  current = rotated;
  const fresh = await rotated.signedIn();
  expect(await verify(fresh.accessToken)).toMatchObject({ userId: fresh.user.id });
  expect(await verify(old.accessToken)).toMatchObject({ userId: old.user.id });
});

test('rejects malformed, unsigned, forged and foreign tokens', async () => {
  const verify = createVerifier({ url: server.url, issuer });
  const { accessToken = '' } = await server.signedIn();
  const [header = '', payload = '', signature = ''] = accessToken.split('.');
  const unsigned = `${btoa('{"alg":"none","typ":"at+jwt"}').replaceAll('=', '')}.${payload}.`;
  const { privateKey } = await generateKeyPair('ES256');
  const { kid } = JSON.parse(atob(header)) as { kid: string };
  const forged = await new SignJWT({ sid: 's' })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
    .setIssuer(issuer)
    .setSubject('u')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  for (const token of ['x', unsigned, forged, `${header}.${payload}x.${signature}`])
    expect(await failure(verify(token))).toMatchObject({ reason: 'TOKEN_INVALID', status: 401 });
  for (const missing of [undefined, null, '', 'Bearer '])
    expect(await failure(verify(missing))).toMatchObject({ reason: 'TOKEN_MISSING', status: 401 });
  const elsewhere = createVerifier({ url: server.url });
  expect(await failure(elsewhere(accessToken))).toMatchObject({ reason: 'TOKEN_INVALID' });
});

test('a server without PUBLIC_URL issues tokens under the URL of the request', async () => {
  const withoutUrl = await listen();
  onTestFinished(() => withoutUrl.close());
  const { accessToken, user } = await withoutUrl.signedIn();
  const verify = createVerifier({ url: withoutUrl.url });
  expect(await verify(accessToken)).toMatchObject({ userId: user.id });
});

test('reports expired tokens, and tolerates clock differences', async () => {
  server.advanceClock(-902);
  const { accessToken } = await server.signedIn();
  server.advanceClock(902);
  const tolerant = createVerifier({ url: server.url, issuer, clockTolerance: 600 });
  expect(await tolerant(accessToken)).toHaveProperty('userId');
  const strict = createVerifier({ url: server.url, issuer, clockTolerance: 0 });
  const error = await failure(strict(accessToken));
  expect(isInvitreeError(error, 'TOKEN_EXPIRED')).toBe(true);
});

test.each([
  ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
  ['responds with an error', async () => new Response('', { status: 503 })],
  ['responds without keys', async () => Response.json({})],
])('reports UNAVAILABLE if the server %s', async (_, fetch) => {
  const { accessToken } = await server.signedIn();
  const verify = createVerifier({ url: server.url, issuer, fetch });
  expect(await failure(verify(accessToken))).toMatchObject({ reason: 'UNAVAILABLE', status: 503 });
});
