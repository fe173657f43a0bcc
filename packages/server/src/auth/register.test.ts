import { afterAll, beforeAll, expect, test } from 'vitest';
import { logIn, newEmail, register } from '../../test/accounts.ts';
import { openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

test('creates an account with an invite code and signs in', async () => {
  const email = newEmail();
  const { status, body } = await register(app, {
    email: email.toUpperCase(),
    displayName: ' Anna ',
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    isNewUser: true,
    tokenType: 'Bearer',
    user: { email, displayName: 'Anna', phone: null, phoneVerified: false, role: 'user' },
  });
  expect(body.user.inviteCode).toMatch(/^[A-Z0-9]{6}$/);
  const me = await app.rest('GET /profile', { token: body.accessToken });
  expect(me.body.id).toBe(body.user.id);
  const again = await app.rest('POST /auth/refresh', {
    body: { refreshToken: body.refreshToken },
  });
  expect(again.status).toBe(200);
});

test('refuses an email that is taken, in any spelling', async () => {
  expect((await register(app, { email: 'anna@bücher.example' })).status).toBe(201);
  const { status, body } = await register(app, { email: 'ANNA@xn--bcher-kva.example' });
  expect([status, body.data.reason]).toEqual([409, 'EMAIL_TAKEN']);
});

test('creates one account for parallel requests with one email', async () => {
  const email = newEmail();
  const responses = await Promise.all(Array.from({ length: 10 }, () => register(app, { email })));
  expect(responses.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
});

test('activates an invite code', async () => {
  const anna = await app.signIn();
  const { body } = await register(app, { email: newEmail(), inviteCode: anna.user.inviteCode });
  expect(body.user).toMatchObject({
    activatedInviteCode: anna.user.inviteCode,
    referrerId: anna.user.id,
  });
});

test('creates nothing if the invite code is wrong', async () => {
  const email = newEmail();
  const refused = await register(app, { email, inviteCode: 'NOSUCH' });
  expect([refused.status, refused.body.data.reason]).toEqual([404, 'INVITE_CODE_NOT_FOUND']);
  expect((await logIn(app, { email })).body.data.reason).toBe('CREDENTIALS_WRONG');
  expect((await register(app, { email })).status).toBe(201);
});

test.each([
  ['short', 'sevench'],
  ['long', 'x9'.repeat(65)],
  ['common', 'Password1'],
  ['common', 'qwertyuiop'],
  ['one repeated letter', 'aaaaaaaaaaaa'],
  ['the email', 'weak@example.com'],
  ['too short in emoji, though 14 UTF-16 units', '🐘'.repeat(7)],
])('refuses a password that is %s: %s', async (_, password) => {
  const { status, body } = await register(app, { email: 'weak@example.com', password });
  expect([status, body.data.reason]).toEqual([400, 'INPUT_INVALID']);
  expect(body.data.issues).toEqual([{ path: ['password'], message: expect.any(String) }]);
});

test('describes the problem with a password in the requested language', async () => {
  const { body } = await app.rest('POST /auth/register', {
    body: { email: newEmail(), password: 'password123' },
    headers: { 'accept-language': 'ru' },
  });
  expect(body.data.issues[0].message).toBe(
    'Этот пароль слишком легко подобрать. Придумайте другой.',
  );
});

test.each(['x9'.repeat(64), '🐘🐪🦒🦓🦏🦛🐊🐅', 'all lower case words'])(
  'accepts %s',
  async (password) => {
    const email = newEmail();
    expect((await register(app, { email, password })).status).toBe(201);
    expect((await logIn(app, { email, password })).status).toBe(200);
  },
);

test('stores only a hash of the password', async () => {
  const { body } = await register(app, { email: newEmail() });
  const user = await app.deps.database.prisma.user.findUniqueOrThrow({
    where: { id: body.user.id },
  });
  expect(user.passwordHash).toMatch(/^\$argon2id\$/);
  expect(JSON.stringify(body)).not.toContain('argon2');
});
