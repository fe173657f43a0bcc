import { afterAll, beforeAll, expect, test } from 'vitest';
import { logIn, newAccount, newEmail, PASSWORD } from '../../../test/accounts.ts';
import { openTestApp, type TestApp } from '../../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const OTHER = 'staple of another kind';

test('adds an email and password to a phone account', async () => {
  const { accessToken: token, user } = await app.signIn();
  const email = newEmail();
  const { status, body } = await app.rest('POST /auth/password', {
    token,
    body: { email: email.toUpperCase(), password: PASSWORD },
  });
  expect([status, body.email]).toEqual([200, email]);
  expect((await logIn(app, { email })).body.user.id).toBe(user.id);
});

test('requires the current password or a proof, and revokes the other sessions', async () => {
  const { email, token } = await newAccount(app);
  const { body: elsewhere } = await logIn(app, { email });
  const change = (currentPassword?: string) =>
    app.rest('POST /auth/password', { token, body: { password: OTHER, currentPassword } });
  app.advanceClock(600);
  expect((await change()).body.data.reason).toBe('REAUTHENTICATION_REQUIRED');
  expect((await change(OTHER)).body.data.reason).toBe('CREDENTIALS_WRONG');
  expect((await change(PASSWORD)).status).toBe(200);

  expect((await logIn(app, { email })).status).toBe(401);
  expect((await logIn(app, { email, password: OTHER })).status).toBe(200);
  expect((await app.rest('GET /profile', { token })).status).toBe(200);
  expect((await app.rest('GET /profile', { token: elsewhere.accessToken })).status).toBe(401);
  const refreshed = await app.rest('POST /auth/refresh', {
    body: { refreshToken: elsewhere.refreshToken },
  });
  expect(refreshed.body.data.reason).toBe('TOKEN_INVALID');
});

test('limits wrong current passwords without limiting sign-ins', async () => {
  const { email, token } = await newAccount(app);
  const attempt = () =>
    app.rest('POST /auth/password', { token, body: { password: OTHER, currentPassword: 'no' } });
  const responses = await Promise.all(Array.from({ length: 12 }, attempt));
  const limited = responses.filter(({ status }) => status === 429);
  expect(limited).toHaveLength(7);
  expect((await logIn(app, { email })).status).toBe(200);
});

test('refuses the email of another account and changes nothing', async () => {
  const { email } = await newAccount(app);
  const { accessToken: token } = await app.signIn();
  const { status, body } = await app.rest('POST /auth/password', {
    token,
    body: { email, password: OTHER },
  });
  expect([status, body.data.reason]).toEqual([409, 'EMAIL_TAKEN']);
  expect((await logIn(app, { email, password: OTHER })).status).toBe(401);
  expect((await app.rest('GET /profile', { token })).body.email).toBeNull();
});

test('refuses a common password', async () => {
  const { accessToken: token } = await app.signIn();
  const { body } = await app.rest('POST /auth/password', {
    token,
    body: { password: 'iloveyou' },
  });
  expect(body.data).toMatchObject({ reason: 'INPUT_INVALID', issues: [{ path: ['password'] }] });
});

test('lets one of two parallel changes succeed', async () => {
  const { email, token } = await newAccount(app);
  const passwords = [`${OTHER} 1`, `${OTHER} 2`];
  const responses = await Promise.all(
    passwords.map((password) =>
      app.rest('POST /auth/password', { token, body: { password, currentPassword: PASSWORD } }),
    ),
  );
  expect(responses.map(({ status }) => status).sort()).toEqual([200, 401]);
  const winner = responses.findIndex(({ status }) => status === 200);
  expect((await logIn(app, { email, password: passwords[winner] ?? '' })).status).toBe(200);
});
