import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { ResourceOwnerPassword } from 'simple-oauth2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
let url: string;
beforeAll(async () => {
  app = await openTestApp({ env: { RATE_LIMIT_EXEMPT: '127.0.0.0/8' } });
  url = await app.app.listen({ port: 0 });
  url = url.replace('[::1]', 'localhost');
});
afterAll(() => app.close());

const me = (accessToken: string) => app.rest('GET /profile', { token: accessToken });

test('openid-client discovers the endpoints, signs in, refreshes and revokes', async () => {
  const options = { execute: [openid.allowInsecureRequests], algorithm: 'oauth2' as const };
  const config = await openid.discovery(new URL(url), 'my-app', undefined, openid.None(), options);
  const [email, password] = ['anna@example.com', 'correct horse battery'];
  await app.rest('POST /auth/register', { body: { email, password } });
  const signedIn = await openid.genericGrantRequest(config, 'password', {
    username: email,
    password,
  });
  // The client counts down by the system clock.
  expect(signedIn.expiresIn()).toBeGreaterThan(890);
  expect((await me(signedIn.access_token)).body.email).toBe(email);

  const refreshed = await openid.refreshTokenGrant(config, signedIn.refresh_token ?? '');
  expect((await me(refreshed.access_token)).status).toBe(200);
  await openid.tokenRevocation(config, refreshed.refresh_token ?? '');
  expect((await me(refreshed.access_token)).body.data.reason).toBe('TOKEN_INVALID');
  await expect(
    openid.refreshTokenGrant(config, refreshed.refresh_token ?? ''),
  ).rejects.toMatchObject({
    error: 'invalid_grant',
    status: 400,
  });
});

test('simple-oauth2 signs in with a phone and a one-time code, refreshes and revokes', async () => {
  const client = new ResourceOwnerPassword({
    client: { id: 'my-app', secret: 'none' },
    auth: { tokenHost: url, tokenPath: '/oauth/token', revokePath: '/oauth/revoke' },
  });
  const phone = newPhone();
  const { body: sent } = await app.rest('POST /auth/code', { body: { phone } });
  const signedIn = await client.getToken({ username: phone, password: sent.devCode });
  expect(signedIn.expired()).toBe(false);
  expect((await me(String(signedIn.token['access_token']))).body.phone).toBe(phone);

  const refreshed = await signedIn.refresh();
  const accessToken = String(refreshed.token['access_token']);
  expect((await me(accessToken)).status).toBe(200);
  await refreshed.revoke('access_token');
  expect((await me(accessToken)).status).toBe(401);
});

test('oauth4webapi validates the access token offline (RFC 9068)', async () => {
  const { accessToken, user } = await app.signIn();
  // The origin of injected requests.
  const issuer = 'http://localhost:80';
  const server = { issuer, jwks_uri: `${url}/.well-known/jwks.json` };
  const request = new Request(`${issuer}/anything`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const claims = await oauth.validateJwtAccessToken(server, request, issuer, {
    [oauth.allowInsecureRequests]: true,
  });
  expect(claims).toMatchObject({ iss: issuer, sub: user.id, client_id: 'invitree' });
});
