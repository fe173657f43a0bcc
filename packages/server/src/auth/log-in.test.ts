import { afterAll, beforeAll, expect, test } from 'vitest';
import { logIn, newEmail, PASSWORD, register } from '../../test/accounts.ts';
import { openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

test('signs in over REST and tRPC, with tokens and with a cookie', async () => {
  const email = newEmail();
  const { body: registered } = await register(app, { email });
  const { status, body } = await logIn(app, { email: ` ${email.toUpperCase()} ` });
  expect([status, body.isNewUser, body.user.id]).toEqual([200, false, registered.user.id]);
  const response = await app.trpc('mutation auth.login', {
    body: { email, password: PASSWORD, transport: 'cookie' },
  });
  expect(Object.keys(response.body).sort()).toEqual(['isNewUser', 'user']);
  expect(String(response.headers['set-cookie'])).toMatch(/^invitree_session=/);
});

test('gives the same response for a wrong password, an unknown email and no password', async () => {
  const email = newEmail();
  await register(app, { email });
  const { user } = await app.signIn();
  const noPassword = newEmail();
  await app.deps.database.prisma.user.update({
    where: { id: user.id },
    data: { email: noPassword },
  });
  const responses = [
    await logIn(app, { email, password: 'wrong password' }),
    await logIn(app, { email: newEmail() }),
    await logIn(app, { email: noPassword }),
  ];
  for (const { status, body } of responses) {
    expect(status).toBe(401);
    expect({ ...body, data: { ...body.data, requestId: '' } }).toEqual({
      message: 'The email or password is incorrect.',
      code: 'UNAUTHORIZED',
      data: { reason: 'CREDENTIALS_WRONG', httpStatus: 401, requestId: '' },
    });
  }
});

test('hashes once for an unknown email too', async () => {
  const email = newEmail();
  await register(app, { email });
  // CPU time: wall-clock time means little on a busy machine.
  const cost = async (email: string) => {
    const start = process.cpuUsage();
    for (let n = 0; n < 5; n++) await logIn(app, { email, password: 'wrong password' });
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  const [known, unknown] = [await cost(email), await cost(newEmail())];
  expect(unknown / known).toBeGreaterThan(0.5);
  expect(unknown / known).toBeLessThan(2);
});

test('reveals that a user is blocked only to the correct password', async () => {
  const email = newEmail();
  const { body } = await register(app, { email });
  await app.deps.database.prisma.user.update({
    where: { id: body.user.id },
    data: { status: 'blocked' },
  });
  expect((await logIn(app, { email, password: 'wrong password' })).body.data.reason).toBe(
    'CREDENTIALS_WRONG',
  );
  expect((await logIn(app, { email })).body.data.reason).toBe('USER_BLOCKED');
});
