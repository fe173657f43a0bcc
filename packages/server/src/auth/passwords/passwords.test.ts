import { argon2Sync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type TestApp, testApp } from '../../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const PASSWORD = 'correct horse battery';
let emails = 0;
function newEmail(): string {
  emails += 1;
  return `user${emails}@example.com`;
}

function register(body: object, to: TestApp = app) {
  return to.rest('POST /auth/register', { body: { password: PASSWORD, ...body } });
}

function login(email: string, password: string, { to = app, ip = '127.0.0.1' } = {}) {
  return to.app
    .inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      payload: { email, password },
      remoteAddress: ip,
    })
    .then((answer) => ({
      status: answer.statusCode,
      body: answer.json(),
      headers: answer.headers,
    }));
}

describe('register', () => {
  test('makes an account with an invite code of its own, signed in', async () => {
    const email = newEmail();
    const { status, body } = await register({ email: email.toUpperCase(), displayName: ' Anna ' });
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

  test('refuses an email that is taken, however it is written', async () => {
    expect((await register({ email: 'anna@bücher.example' })).status).toBe(201);
    const { status, body } = await register({ email: 'ANNA@xn--bcher-kva.example' });
    expect([status, body.data.reason]).toEqual([409, 'EMAIL_TAKEN']);
  });

  test('of many at once with one email, one gets it', async () => {
    const email = newEmail();
    const answers = await Promise.all(Array.from({ length: 10 }, () => register({ email })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
  });

  test('an invite code is activated with it', async () => {
    const anna = await app.signIn();
    const { body } = await register({ email: newEmail(), inviteCode: anna.user.inviteCode });
    expect(body.user).toMatchObject({
      activatedInviteCode: anna.user.inviteCode,
      referrerId: anna.user.id,
    });
  });

  test('a bad invite code creates nothing and says why', async () => {
    const email = newEmail();
    const refused = await register({ email, inviteCode: 'NOSUCH' });
    expect([refused.status, refused.body.data.reason]).toEqual([404, 'INVITE_CODE_NOT_FOUND']);
    expect((await login(email, PASSWORD)).body.data.reason).toBe('CREDENTIALS_WRONG');
    expect((await register({ email })).status).toBe(201);
  });

  test.each([
    ['short', 'sevench'],
    ['long', 'x9'.repeat(65)],
    ['common', 'Password1'],
    ['common', 'qwertyuiop'],
    ['of one letter', 'aaaaaaaaaaaa'],
    ['the email', 'weak@example.com'],
    ['in emoji too short, though 14 UTF-16 units', '🐘'.repeat(7)],
  ])('refuses a password that is %s: %s', async (_, password) => {
    const { status, body } = await register({ email: 'weak@example.com', password });
    expect([status, body.data.reason]).toEqual([400, 'INPUT_INVALID']);
    expect(body.data.issues).toEqual([{ path: ['password'], message: expect.any(String) }]);
  });

  test('says what is wrong with a password in the language asked for', async () => {
    const { body } = await app.rest('POST /auth/register', {
      body: { email: newEmail(), password: 'password123' },
      headers: { 'accept-language': 'ru' },
    });
    expect(body.data.issues[0].message).toBe(
      'Этот пароль подбирают одним из первых. Выберите другой.',
    );
  });

  test.each(['x9'.repeat(64), '🐘🐪🦒🦓🦏🦛🐊🐅', 'all lower case words'])(
    'takes %s',
    async (password) => {
      const email = newEmail();
      expect((await register({ email, password })).status).toBe(201);
      expect((await login(email, password)).status).toBe(200);
    },
  );

  test('the password is stored as a hash only', async () => {
    const { body } = await register({ email: newEmail() });
    const user = await app.deps.database.prisma.user.findUniqueOrThrow({
      where: { id: body.user.id },
    });
    expect(user.passwordHash).toMatch(/^\$argon2id\$/);
    expect(JSON.stringify(body)).not.toContain('argon2');
  });
});

describe('login', () => {
  test('with the right password, over REST and tRPC, by token and by cookie', async () => {
    const email = newEmail();
    const { body: registered } = await register({ email });
    const { status, body } = await login(` ${email.toUpperCase()} `, PASSWORD);
    expect([status, body.isNewUser, body.user.id]).toEqual([200, false, registered.user.id]);
    const answer = await app.trpc('mutation auth.login', {
      body: { email, password: PASSWORD, transport: 'cookie' },
    });
    expect(Object.keys(answer.body).sort()).toEqual(['isNewUser', 'user']);
    expect(String(answer.headers['set-cookie'])).toMatch(/^invitree_session=/);
  });

  test('a wrong password, an unknown email and an account without a password look the same', async () => {
    const email = newEmail();
    await register({ email });
    const { user } = await app.signIn();
    const noPassword = newEmail();
    await app.deps.database.prisma.user.update({
      where: { id: user.id },
      data: { email: noPassword },
    });
    const answers = [
      await login(email, 'wrong password'),
      await login(newEmail(), PASSWORD),
      await login(noPassword, PASSWORD),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect({ ...body, data: { ...body.data, requestId: '' } }).toEqual({
        message: 'The email or the password is wrong.',
        code: 'UNAUTHORIZED',
        data: { reason: 'CREDENTIALS_WRONG', httpStatus: 401, requestId: '' },
      });
    }
  });

  test('an unknown email costs a hash like a known one', async () => {
    const email = newEmail();
    await register({ email });
    // Processor time, for the wall clock of a busy machine says little.
    const cost = async (email: string) => {
      const start = process.cpuUsage();
      for (let n = 0; n < 5; n++) await login(email, 'wrong password');
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    const [known, unknown] = [await cost(email), await cost(newEmail())];
    expect(unknown / known).toBeGreaterThan(0.5);
    expect(unknown / known).toBeLessThan(2);
  });

  test('a blocked user is told so only with the right password', async () => {
    const email = newEmail();
    const { body } = await register({ email });
    await app.deps.database.prisma.user.update({
      where: { id: body.user.id },
      data: { status: 'blocked' },
    });
    expect((await login(email, 'wrong password')).body.data.reason).toBe('CREDENTIALS_WRONG');
    expect((await login(email, PASSWORD)).body.data.reason).toBe('USER_BLOCKED');
  });
});

describe('guessing passwords', () => {
  const stranger = (n: number) => `198.51.100.${n}`;

  /** An account whose password is quick to compare. */
  async function openAccount() {
    const to = await testApp();
    const email = newEmail();
    const { body } = await register({ email }, to);
    const nonce = Buffer.from('saltsaltsaltsalt');
    const cost = { memory: 8, passes: 1, parallelism: 1 };
    const hash = argon2Sync('argon2id', { message: PASSWORD, nonce, tagLength: 32, ...cost });
    const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
    await to.deps.database.prisma.user.update({
      where: { id: body.user.id },
      data: { passwordHash: `$argon2id$v=19$m=8,t=1,p=1$${base64(nonce)}$${base64(hash)}` },
    });
    return { to, email };
  }

  test('one address gets ten tries at an account, however many at once', async () => {
    const { to, email } = await openAccount();
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => login(email, 'wrong password', { to, ip: stranger(1) })),
    );
    const reasons = answers.map(({ body }) => body.data.reason).sort();
    expect(reasons).toEqual([
      ...Array(10).fill('CREDENTIALS_WRONG'),
      ...Array(15).fill('RATE_LIMITED'),
    ]);
    const limited = await login(email, PASSWORD, { to, ip: stranger(1) });
    expect(limited.status).toBe(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(800);
  });

  test('an unknown email is limited alike', async () => {
    const to = await testApp();
    const email = newEmail();
    for (let n = 0; n < 10; n++) await login(email, 'wrong password', { to, ip: stranger(1) });
    expect((await login(email, PASSWORD, { to, ip: stranger(1) })).status).toBe(429);
  });

  test('many addresses share fifty tries, and the owner still gets in from home', async () => {
    const { to, email } = await openAccount();
    for (let n = 0; n < 50; n++) await login(email, 'wrong password', { to, ip: stranger(n) });
    expect((await login(email, PASSWORD, { to, ip: stranger(200) })).status).toBe(429);
    expect((await login(email, PASSWORD, { to })).status).toBe(200);
  });

  test('right passwords use nothing up', async () => {
    const { to, email } = await openAccount();
    for (let n = 0; n < 15; n++)
      expect((await login(email, PASSWORD, { to, ip: stranger(1) })).status).toBe(200);
  });
});
