import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp, testApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const PASSWORD = 'correct horse battery';
const OTHER = 'staple of another kind';
let emails = 0;
function newEmail(): string {
  emails += 1;
  return `user${emails}@example.com`;
}

async function register(to: TestApp = app) {
  const email = newEmail();
  const { body } = await to.rest('POST /auth/register', { body: { email, password: PASSWORD } });
  return { email, id: body.user.id as string, token: body.accessToken as string };
}

async function codeFor(phone: string, to: TestApp = app): Promise<string> {
  const { body } = await to.rest('POST /auth/code', { body: { phone } });
  return body.devCode;
}

function link(token: string, body: object, to: TestApp = app) {
  return to.rest('POST /auth/link/phone', { token, body });
}

function login(email: string, password: string) {
  return app.rest('POST /auth/login', { body: { email, password } });
}

describe('linkPhone', () => {
  test('one account, two ways in', async () => {
    const { id, email, token } = await register();
    const phone = newPhone();
    const { status, body } = await link(token, { phone, code: await codeFor(phone) });
    expect([status, body.phone, body.phoneVerified]).toEqual([200, phone, true]);

    app.wait(60);
    const again = await app.signIn(phone);
    expect(again).toMatchObject({ isNewUser: false, user: { id, email, phone } });
  });

  test('a phone of another account stays there, and the code opens that one', async () => {
    const { token } = await register();
    const phone = newPhone();
    const owner = await app.signIn(phone);
    app.wait(60);
    const code = await codeFor(phone);
    const refused = await link(token, { phone, code });
    expect([refused.status, refused.body.data.reason]).toEqual([409, 'PHONE_TAKEN']);
    const { body } = await app.rest('POST /auth/verify', { body: { phone, code } });
    expect(body.user.id).toBe(owner.user.id);
  });

  test('a wrong code links nothing and counts', async () => {
    const { token } = await register();
    const phone = newPhone();
    const code = await codeFor(phone);
    const wrong = String((Number(code) + 1) % 10_000).padStart(4, '0');
    const { body } = await link(token, { phone, code: wrong });
    expect(body.data).toMatchObject({ reason: 'CODE_WRONG', attemptsLeft: 4 });
    expect((await app.rest('GET /profile', { token })).body.phone).toBeNull();
  });

  test('of many who race for one phone with one code, one gets it', async () => {
    const users = await Promise.all([register(), register(), register()]);
    const phone = newPhone();
    const code = await codeFor(phone);
    const answers = await Promise.all([
      ...users.map(({ token }) => link(token, { phone, code })),
      app.rest('POST /auth/verify', { body: { phone, code } }),
    ]);
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const owners = await app.deps.database.prisma.user.count({ where: { phone } });
    expect(owners).toBe(1);
    for (const { status } of answers) expect(status).toBeLessThan(500);
  });

  test('a new phone takes the place of the old one, which then is free', async () => {
    const [old, next] = [newPhone(), newPhone()];
    const { accessToken, user } = await app.signIn(old);
    const { body } = await link(accessToken, { phone: next, code: await codeFor(next) });
    expect(body).toMatchObject({ id: user.id, phone: next });
    app.wait(60);
    expect((await app.signIn(old)).isNewUser).toBe(true);
  });
});

describe('setPassword', () => {
  test('a phone account gets an email and a password', async () => {
    const { accessToken: token, user } = await app.signIn();
    const email = newEmail();
    const { status, body } = await app.rest('POST /auth/password', {
      token,
      body: { email: email.toUpperCase(), password: PASSWORD },
    });
    expect([status, body.email]).toEqual([200, email]);
    expect((await login(email, PASSWORD)).body.user.id).toBe(user.id);
  });

  test('changing it takes the current one and ends the other sessions', async () => {
    const { email, token } = await register();
    const { body: elsewhere } = await login(email, PASSWORD);
    const change = (currentPassword?: string) =>
      app.rest('POST /auth/password', { token, body: { password: OTHER, currentPassword } });
    for (const wrong of [undefined, OTHER])
      expect((await change(wrong)).body.data.reason).toBe('CREDENTIALS_WRONG');
    expect((await change(PASSWORD)).status).toBe(200);

    expect((await login(email, PASSWORD)).status).toBe(401);
    expect((await login(email, OTHER)).status).toBe(200);
    expect((await app.rest('GET /profile', { token })).status).toBe(200);
    expect((await app.rest('GET /profile', { token: elsewhere.accessToken })).status).toBe(401);
    const refreshed = await app.rest('POST /auth/refresh', {
      body: { refreshToken: elsewhere.refreshToken },
    });
    expect(refreshed.body.data.reason).toBe('TOKEN_INVALID');
  });

  test('guessing the current one is limited, and locks nobody out of signing in', async () => {
    const { email, token } = await register();
    const guess = () =>
      app.rest('POST /auth/password', { token, body: { password: OTHER, currentPassword: 'no' } });
    const answers = await Promise.all(Array.from({ length: 12 }, guess));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).toHaveLength(2);
    expect((await login(email, PASSWORD)).status).toBe(200);
  });

  test('an email of another account is refused and nothing changes', async () => {
    const { email } = await register();
    const { accessToken: token } = await app.signIn();
    const { status, body } = await app.rest('POST /auth/password', {
      token,
      body: { email, password: OTHER },
    });
    expect([status, body.data.reason]).toEqual([409, 'EMAIL_TAKEN']);
    expect((await login(email, OTHER)).status).toBe(401);
    expect((await app.rest('GET /profile', { token })).body.email).toBeNull();
  });

  test('a common password is refused', async () => {
    const { accessToken: token } = await app.signIn();
    const { body } = await app.rest('POST /auth/password', {
      token,
      body: { password: 'iloveyou' },
    });
    expect(body.data).toMatchObject({ reason: 'INPUT_INVALID', issues: [{ path: ['password'] }] });
  });

  test('of two changes at once one wins', async () => {
    const { email, token } = await register();
    const passwords = [`${OTHER} 1`, `${OTHER} 2`];
    const answers = await Promise.all(
      passwords.map((password) =>
        app.rest('POST /auth/password', { token, body: { password, currentPassword: PASSWORD } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect((await login(email, passwords[winner] ?? '')).status).toBe(200);
  });
});

describe('PHONE_VERIFICATION_TTL', () => {
  test('runs out by the clock; activating then takes a fresh code', async () => {
    const to = await testApp({ env: { PHONE_VERIFICATION_TTL: '600' } });
    const anna = await to.signIn();
    const boris = await to.signIn();
    const activate = () =>
      to.rest('POST /referral/activate', {
        token: boris.accessToken,
        body: { inviteCode: anna.user.inviteCode },
      });
    expect(boris.user.phoneVerified).toBe(true);
    to.wait(600);
    const { body } = await to.rest('GET /profile', { token: boris.accessToken });
    expect(body.phoneVerified).toBe(false);
    const refused = await activate();
    expect([refused.status, refused.body.data.reason]).toEqual([
      403,
      'PHONE_VERIFICATION_REQUIRED',
    ]);

    const phone = boris.user.phone;
    const linked = await link(boris.accessToken, { phone, code: await codeFor(phone, to) }, to);
    expect(linked.body.phoneVerified).toBe(true);
    expect((await activate()).status).toBe(200);
  });

  test('asks who has no phone too, also at sign-up, which then makes nothing', async () => {
    const to = await testApp({ env: { PHONE_VERIFICATION_TTL: '600' } });
    const anna = await to.signIn();
    const body = { email: newEmail(), password: PASSWORD, inviteCode: anna.user.inviteCode };
    const refused = await to.rest('POST /auth/register', { body });
    expect(refused.body.data.reason).toBe('PHONE_VERIFICATION_REQUIRED');
    expect(
      (await to.rest('POST /auth/register', { body: { ...body, inviteCode: undefined } })).status,
    ).toBe(201);
    // A phone verified by the sign-up itself is fresh.
    const boris = await to.signIn(newPhone(), { inviteCode: anna.user.inviteCode });
    expect(boris.user.referrerId).toBe(anna.user.id);
  });

  test('at 0 nothing is asked', async () => {
    const anna = await app.signIn();
    const { token } = await register();
    const { status } = await app.rest('POST /referral/activate', {
      token,
      body: { inviteCode: anna.user.inviteCode },
    });
    expect(status).toBe(200);
  });
});
