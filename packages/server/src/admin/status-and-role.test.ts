import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newPhone, openTestApp, type SignedIn, type TestApp } from '../../test/harness.ts';

const ADMIN = '+79990000001';

let app: TestApp;
let admin: SignedIn;
beforeAll(async () => {
  app = await openTestApp({ env: { ADMIN_PHONES: ADMIN } });
});
afterAll(() => app?.close());
beforeEach(async () => {
  app.advanceClock(3600);
  admin = await app.signIn(ADMIN);
});

const set = (field: 'status' | 'role', id: string, value: string) =>
  app.rest(`POST /admin/users/${id}/${field}`, {
    token: admin.accessToken,
    body: { [field]: value },
  });

test('blocking ends every session immediately and prevents sign-in until unblocked', async () => {
  const phone = newPhone();
  const user = await app.signIn(phone);
  const { status, body } = await set('status', user.user.id, 'blocked');
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: user.user.id, status: 'blocked', referrals: [] });

  const reason = async (response: Promise<{ body: { data: { reason: string } } }>) =>
    (await response).body.data.reason;
  const { accessToken: token, refreshToken } = user;
  expect(await reason(app.rest('GET /profile', { token }))).toBe('USER_BLOCKED');
  expect(await reason(app.rest('POST /auth/refresh', { body: { refreshToken } }))).toBe(
    'USER_BLOCKED',
  );
  app.advanceClock(61);
  await expect(app.signIn(phone)).rejects.toThrow('USER_BLOCKED');

  expect((await set('status', user.user.id, 'active')).body.status).toBe('active');
  expect(await reason(app.rest('GET /profile', { token }))).toBe('TOKEN_INVALID');
  app.advanceClock(61);
  expect((await app.signIn(phone)).isNewUser).toBe(false);
});

test('protects the caller’s own account and the last admin', async () => {
  expect((await set('status', admin.user.id, 'blocked')).body.data.reason).toBe('ACCOUNT_OWN');
  expect((await set('role', admin.user.id, 'user')).body.data.reason).toBe('LAST_ADMIN');
  const other = await app.signIn();
  await set('role', other.user.id, 'admin');
  await set('status', other.user.id, 'blocked');
  // A blocked admin does not count.
  expect((await set('role', admin.user.id, 'user')).body.data.reason).toBe('LAST_ADMIN');
  await set('status', other.user.id, 'active');
  expect((await set('role', admin.user.id, 'user')).body).toMatchObject({ role: 'user' });
});

test('changes of the role apply to the next request', async () => {
  const { user, accessToken: token } = await app.signIn();
  const allowed = async () => (await app.rest('GET /admin/stats', { token })).status;
  expect(await allowed()).toBe(403);
  await set('role', user.id, 'admin');
  expect(await allowed()).toBe(200);
  await set('role', user.id, 'user');
  expect(await allowed()).toBe(403);
});

test('rejects unknown users and the status deleted', async () => {
  const nobody = '019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a';
  expect((await set('status', nobody, 'blocked')).body.data.reason).toBe('NOT_FOUND');
  expect((await set('role', nobody, 'admin')).body.data.reason).toBe('NOT_FOUND');
  expect((await set('status', nobody, 'deleted')).body.data.reason).toBe('INPUT_INVALID');
});
