import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';
import { createFullUser, PASSWORD, readAllTables } from '../../test/personal-data.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app?.close());

const remove = (token: string, confirm = 'true') =>
  app.rest(`DELETE /profile?confirm=${confirm}`, { token });

test('requires a confirmation', async () => {
  const { accessToken: token } = await app.signIn();
  for (const confirm of ['false', '1', ''])
    expect((await remove(token, confirm)).body.data.reason).toBe('INPUT_INVALID');
  expect((await app.rest('DELETE /profile', { token })).status).toBe(400);
  expect((await app.rest('GET /profile', { token })).status).toBe(200);
});

test('deletes personal data from every table', async () => {
  const { phone, email, token } = await createFullUser(app);
  expect(JSON.stringify(await readAllTables(app))).toContain(phone);
  const { status, body } = await remove(token);
  expect([status, body]).toEqual([200, { deleted: true }]);
  const remaining = JSON.stringify(await readAllTables(app));
  for (const personal of [phone, email, `Browser of ${phone}`, `Name of ${phone}`, phone.slice(1)])
    expect(remaining).not.toContain(personal);
});

test('ends every session: access token, refresh token and cookie', async () => {
  const phone = newPhone();
  const { accessToken: token, refreshToken } = await app.signIn(phone);
  const { headers } = await signInWithCookie(phone);
  const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
  const removed = await app.rest('DELETE /profile?confirm=true', { headers: { cookie } });
  expect(removed.status).toBe(200);
  expect(String(removed.headers['set-cookie'])).toContain('Max-Age=0');
  const responses = [
    await app.rest('GET /profile', { token }),
    await app.rest('GET /profile', { headers: { cookie } }),
    await app.rest('POST /auth/refresh', { body: { refreshToken } }),
  ];
  for (const { body } of responses) expect(body.data.reason).toBe('TOKEN_INVALID');
});

test('keeps the referral tree and the counts of other users', async () => {
  const { id, token, referrer, referee } = await createFullUser(app);
  await remove(token);
  const above = await app.rest('GET /profile', { token: referrer.accessToken });
  expect(above.body).toMatchObject({
    referralCount: 1,
    referrals: [{ id, phone: null, displayName: null }],
  });
  const below = await app.rest('GET /profile', { token: referee.accessToken });
  expect(below.body.referrerId).toBe(id);
  const seen = await app.rest(`GET /users/${id}`, { token: referrer.accessToken });
  expect(seen.body.data.reason).toBe('NOT_FOUND');
});

test('makes the invite code unusable', async () => {
  const { token, inviteCode } = await createFullUser(app);
  await remove(token);
  const { body } = await app.rest(`GET /referral/codes/${inviteCode}`);
  expect(body).toMatchObject({ valid: false, referrerName: null });
  const other = await app.signIn();
  const activated = await app.rest('POST /referral/activate', {
    token: other.accessToken,
    body: { inviteCode },
  });
  expect(activated.body.data.reason).toBe('INVITE_CODE_NOT_FOUND');
});

test('lets the phone and the email sign up again, as a new user', async () => {
  const { id, phone, email, token } = await createFullUser(app);
  await remove(token);
  const newUser = await app.signIn(phone);
  expect(newUser).toMatchObject({
    isNewUser: true,
    user: { displayName: null, email: null, referralCount: 0, activatedInviteCode: null },
  });
  expect(newUser.user.id).not.toBe(id);
  const registered = await app.rest('POST /auth/register', {
    body: { email, password: PASSWORD },
  });
  expect(registered.status).toBe(201);
});

test('leaves no personal data when it races with other requests of the user', async () => {
  for (let round = 0; round < 5; round++) {
    const { id, phone, email, token, cookie, inviteCode } = await createFullUser(app);
    const other = await app.signIn();
    const { body: requested } = await app.rest('POST /auth/code', { body: { phone: newPhone() } });
    const responses = await Promise.all([
      remove(token),
      app.rest('DELETE /profile?confirm=true', { headers: { cookie } }),
      app.rest('POST /auth/login', { body: { email, password: PASSWORD } }),
      app.rest('PATCH /profile', { token, body: { displayName: 'Still me' } }),
      app.rest('POST /auth/link/phone', {
        token,
        body: { phone: requested.phone, code: requested.devCode },
      }),
      app.rest('POST /referral/activate', { token: other.accessToken, body: { inviteCode } }),
    ]);
    expect(responses.filter(({ status }) => status >= 500)).toEqual([]);
    expect(responses.slice(0, 2).some(({ status }) => status === 200)).toBe(true);
    const user = await app.deps.database.prisma.user.findUniqueOrThrow({
      where: { id },
      include: { sessions: true },
    });
    expect(user).toMatchObject({
      status: 'deleted',
      phone: null,
      displayName: null,
      sessions: [],
    });
    const remaining = JSON.stringify(await readAllTables(app));
    // If the phone was replaced before the deletion, the limits of the old phone remain.
    const lastPhone = responses[4]?.status === 200 ? requested.phone : phone;
    for (const personal of [lastPhone, email, 'Still me'])
      expect(remaining).not.toContain(personal);
  }
});

test('protects the last admin, also when two delete themselves at once', async () => {
  const [one, two] = [await app.signIn(), await app.signIn()];
  await app.deps.database.prisma.user.updateMany({
    where: { id: { in: [one.user.id, two.user.id] } },
    data: { role: 'admin' },
  });
  const responses = await Promise.all([remove(one.accessToken), remove(two.accessToken)]);
  expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  const refused = responses.find(({ status }) => status === 409);
  expect(refused?.body.data.reason).toBe('LAST_ADMIN');
  const { accessToken: token } = responses[0]?.status === 409 ? one : two;
  expect((await app.rest('GET /profile', { token })).body.role).toBe('admin');
});

async function signInWithCookie(phone: string) {
  app.advanceClock(60);
  const { body: requested } = await app.rest('POST /auth/code', { body: { phone } });
  return app.rest('POST /auth/verify', {
    body: { phone, code: requested.devCode, transport: 'cookie' },
  });
}
