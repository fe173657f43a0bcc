import { afterAll, beforeAll, expect, test } from 'vitest';
import { newAccount, PASSWORD } from '../../test/accounts.ts';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const entriesOf = (userId: string, action: string) =>
  app.deps.database.prisma.auditEntry.findMany({ where: { targetId: userId, action } });

test('a wrong code at linking a phone is recorded without the phone', async () => {
  const { accessToken: token, user } = await app.signIn();
  const phone = newPhone();
  const { body: sent } = await app.rest('POST /auth/code', { body: { phone } });
  const code = sent.devCode === '0000' ? '1111' : '0000';
  const { body } = await app.rest('POST /auth/link/phone', { token, body: { phone, code } });
  expect(body.data.reason).toBe('CODE_WRONG');
  const entries = await entriesOf(user.id, 'auth.phone_link_failed');
  expect(entries).toMatchObject([
    {
      actorId: user.id,
      ip: '127.0.0.1',
      details: { method: 'phone', reason: 'CODE_WRONG' },
    },
  ]);
  expect(JSON.stringify(entries)).not.toContain(phone.slice(2));
});

test('a wrong current password is recorded', async () => {
  const { id, token } = await newAccount(app);
  const body = { password: `${PASSWORD} 2`, currentPassword: 'wrong password' };
  expect((await app.rest('POST /auth/password', { token, body })).status).toBe(401);
  expect(await entriesOf(id, 'auth.password_set_failed')).toMatchObject([
    { actorId: id, details: { method: 'password', reason: 'CREDENTIALS_WRONG' } },
  ]);
});
