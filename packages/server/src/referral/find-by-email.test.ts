import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app?.close());

test('finds an active code by its owner’s email, and rejects all else alike', async () => {
  const [anna, boris, vera, caller] = [
    await app.signIn(),
    await app.signIn(),
    await app.signIn(),
    await app.signIn(),
  ];
  const update = (id: string, data: object) =>
    app.deps.database.prisma.user.update({ where: { id }, data });
  await update(anna.user.id, { email: 'anna@xn--e1afmkfd.xn--p1ai' });
  await update(boris.user.id, { email: 'boris@example.com' });
  await update(vera.user.id, { email: 'vera@example.com', status: 'blocked' });
  await app.rest('DELETE /referral/code', { token: boris.accessToken });
  const find = (email: string) =>
    app.rest('POST /referral/find', { token: caller.accessToken, body: { email } });
  expect(await find('Anna@Пример.РФ')).toMatchObject({
    status: 200,
    body: { inviteCode: anna.user.inviteCode, expiresAt: null },
  });
  const others = ['boris@example.com', 'vera@example.com', 'nobody@example.com'];
  for (const email of others)
    expect((await find(email)).body.data.reason).toBe('INVITE_CODE_NOT_FOUND');
  expect((await find('no email')).body.data.reason).toBe('INPUT_INVALID');
});

test('limits how many emails a user can look up', async () => {
  const { accessToken: token } = await app.signIn();
  const find = () => app.rest('POST /referral/find', { token, body: { email: 'a@example.com' } });
  const responses = await Promise.all(Array.from({ length: 25 }, find));
  const limited = responses.filter(({ status }) => status === 429);
  expect(limited).toHaveLength(5);
  expect(Number(limited[0]?.headers['retry-after'])).toBeGreaterThan(0);
});
