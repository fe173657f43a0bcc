import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({
    env: { RATE_LIMIT_EXEMPT: '127.0.0.0/8', ALLOWED_HOSTS: 'invite.example' },
  });
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

describe('/oauth/token', () => {
  test('returns tokens that must not be cached (RFC 6749, 5.1)', async () => {
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

  test('accepts a phone with a password', async () => {
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
  ])('rejects %s with %s', async (body, error) => {
    const response = await post('/oauth/token', body);
    expect([response.status, response.body.error]).toEqual([400, error]);
    expect(response.headers['cache-control']).toBe('no-store');
    // The characters that RFC 6749, 5.2 allows.
    expect(response.body.error_description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  });

  test('rejects JSON', async () => {
    const { status, body } = await post('/oauth/token', '{}', {
      'content-type': 'application/json',
    });
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  test('ends the session when a refresh token is reused', async () => {
    const email = await newEmail();
    const { body } = await token({ grant_type: 'password', username: email, password: PASSWORD });
    const again = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
    expect((await token(again)).status).toBe(200);
    app.advanceClock(11);
    const reused = await token(again);
    expect(reused.body).toMatchObject({ error: 'invalid_grant', reason: 'REFRESH_REUSED' });
    expect((await me(body.access_token)).status).toBe(401);
  });

  test('limits wrong passwords', async () => {
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
  test('accepts an invalid token', async () => {
    const { status, body, headers } = await post('/oauth/revoke', form({ token: 'unknown' }));
    expect([status, body]).toEqual([200, {}]);
    expect(headers['cache-control']).toBe('no-store');
  });

  test('requires a token', async () => {
    const { status, body } = await post('/oauth/revoke', '');
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  test('ends the session for either token, whatever the hint', async () => {
    for (const name of ['accessToken', 'refreshToken'] as const) {
      const session = await app.signIn();
      const body = form({ token: session[name], token_type_hint: 'nonsense' });
      expect((await post('/oauth/revoke', body)).status).toBe(200);
      expect((await me(session.accessToken)).status).toBe(401);
    }
  });
});

test('the metadata lists the endpoints (RFC 8414)', async () => {
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
