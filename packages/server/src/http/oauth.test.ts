import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { ResourceOwnerPassword } from 'simple-oauth2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
let url: string;
beforeAll(async () => {
  app = await openTestApp({ env: { RATE_LIMIT_EXEMPT: '127.0.0.0/8' } });
  url = await app.app.listen({ port: 0 });
  url = url.replace('[::1]', 'localhost');
});
afterAll(() => app.close());

const PASSWORD = 'correct horse battery';
let emails = 0;
async function newEmail(): Promise<string> {
  emails += 1;
  const email = `user${emails}@example.com`;
  await app.rest('POST /auth/register', { body: { email, password: PASSWORD } });
  return email;
}

async function newCode(phone: string): Promise<string> {
  const { body } = await app.rest('POST /auth/code', { body: { phone } });
  return body.devCode;
}

function post(path: string, body: string, headers: Record<string, string> = {}) {
  return app.send('POST', path, {
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
}

const form = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString();

function token(parameters: Record<string, string>) {
  return post('/oauth/token', form(parameters));
}

const me = (accessToken: string) => app.rest('GET /profile', { token: accessToken });

describe('an unmodified client signs in, refreshes and revokes', () => {
  test('openid-client, which finds the way by itself', async () => {
    const options = { execute: [openid.allowInsecureRequests], algorithm: 'oauth2' as const };
    const config = await openid.discovery(
      new URL(url),
      'my-app',
      undefined,
      openid.None(),
      options,
    );
    const email = await newEmail();
    const signedIn = await openid.genericGrantRequest(config, 'password', {
      username: email,
      password: PASSWORD,
    });
    // It counts down by the clock on the wall.
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

  test('simple-oauth2, with a phone and its code', async () => {
    const client = new ResourceOwnerPassword({
      client: { id: 'my-app', secret: 'none' },
      auth: { tokenHost: url, tokenPath: '/oauth/token', revokePath: '/oauth/revoke' },
    });
    const phone = newPhone();
    const signedIn = await client.getToken({ username: phone, password: await newCode(phone) });
    expect(signedIn.expired()).toBe(false);
    expect((await me(String(signedIn.token['access_token']))).body.phone).toBe(phone);

    const refreshed = await signedIn.refresh();
    const accessToken = String(refreshed.token['access_token']);
    expect((await me(accessToken)).status).toBe(200);
    await refreshed.revoke('access_token');
    expect((await me(accessToken)).status).toBe(401);
  });

  test('oauth4webapi, which checks the access token offline as RFC 9068 has it', async () => {
    const { accessToken, user } = await app.signIn();
    // What a request within the process is sent to.
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
});

describe('/oauth/token', () => {
  test('answers as RFC 6749, 5.1, and nothing may keep the answer', async () => {
    const { status, headers, body } = await token({
      grant_type: 'password',
      username: ` ${(await newEmail()).toUpperCase()}`,
      password: PASSWORD,
    });
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 900,
      refresh_token: expect.any(String),
    });
  });

  test('takes a phone with a password too', async () => {
    const phone = newPhone();
    const { accessToken } = await app.signIn(phone);
    await app.rest('POST /auth/password', { token: accessToken, body: { password: PASSWORD } });
    const right = { grant_type: 'password', username: phone, password: PASSWORD };
    expect((await token(right)).status).toBe(200);
    expect((await token({ ...right, password: '12345678' })).body).toMatchObject({
      error: 'invalid_grant',
      reason: 'CREDENTIALS_WRONG',
    });
  });

  test.each([
    ['', 'invalid_request'],
    ['grant_type=', 'invalid_request'],
    ['grant_type=password&username=a@example.com', 'invalid_request'],
    ['grant_type=password&username=a@example.com&password=', 'invalid_request'],
    ['grant_type=password&username=a@example.com&password=x&password=y', 'invalid_request'],
    ['grant_type=refresh_token', 'invalid_request'],
    ['grant_type=client_credentials', 'unsupported_grant_type'],
    ['grant_type=authorization_code&code=x', 'unsupported_grant_type'],
    ['grant_type=password&username=a@example.com&password=x&scope=all', 'invalid_scope'],
    ['grant_type=password&username=nobody@example.com&password=wrong', 'invalid_grant'],
    ['grant_type=password&username=no+phone&password=1234', 'invalid_grant'],
    ['grant_type=password&username=%2B79991112233&password=1234', 'invalid_grant'],
    ['grant_type=refresh_token&refresh_token=unknown', 'invalid_grant'],
  ])('%s is %s', async (body, error) => {
    const answer = await post('/oauth/token', body);
    expect([answer.status, answer.body.error]).toEqual([400, error]);
    expect(answer.headers['cache-control']).toBe('no-store');
    // RFC 6749, 5.2: the characters of error_description
    expect(answer.body.error_description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  });

  test('JSON is no form', async () => {
    const { status, body } = await post('/oauth/token', '{}', {
      'content-type': 'application/json',
    });
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  test('a refresh token used twice ends the session', async () => {
    const email = await newEmail();
    const { body } = await token({ grant_type: 'password', username: email, password: PASSWORD });
    const again = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
    expect((await token(again)).status).toBe(200);
    app.wait(11);
    const reused = await token(again);
    expect(reused.body).toMatchObject({ error: 'invalid_grant', reason: 'REFRESH_REUSED' });
    expect((await me(body.access_token)).status).toBe(401);
  });

  test('too many wrong passwords are told to wait', async () => {
    const wrong = { grant_type: 'password', username: await newEmail(), password: 'wrong' };
    for (let n = 0; n < 10; n++) await token(wrong);
    const { status, headers, body } = await token(wrong);
    expect([status, body.error, body.reason]).toEqual([
      429,
      'temporarily_unavailable',
      'RATE_LIMITED',
    ]);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('/oauth/revoke', () => {
  test('a token that is not valid needs no revoking', async () => {
    const { status, body, headers } = await post('/oauth/revoke', form({ token: 'unknown' }));
    expect([status, body]).toEqual([200, {}]);
    expect(headers['cache-control']).toBe('no-store');
  });

  test('without a token the request is invalid', async () => {
    const { status, body } = await post('/oauth/revoke', '');
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  test('either token ends the session, whatever the hint', async () => {
    for (const name of ['accessToken', 'refreshToken'] as const) {
      const session = await app.signIn();
      const body = form({ token: session[name], token_type_hint: 'nonsense' });
      expect((await post('/oauth/revoke', body)).status).toBe(200);
      expect((await me(session.accessToken)).status).toBe(401);
    }
  });
});

test('the metadata name what there is (RFC 8414)', async () => {
  const { body, status } = await app.send('GET', '/.well-known/oauth-authorization-server', {
    headers: { host: 'invite.example' },
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    issuer: 'http://invite.example',
    token_endpoint: 'http://invite.example/oauth/token',
    jwks_uri: 'http://invite.example/.well-known/jwks.json',
    grant_types_supported: ['password', 'refresh_token'],
    response_types_supported: [],
  });
});
