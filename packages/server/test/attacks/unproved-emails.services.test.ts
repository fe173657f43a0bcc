import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopServices } from '../services/cleanup.ts';
import { startProduction } from './production.ts';

let service: Awaited<ReturnType<typeof startProduction>>;
beforeAll(async () => {
  service = await startProduction();
});
afterAll(stopServices, 60_000);

const password = 'a long enough password';
const register = (email: string, more: object = {}) =>
  service.call('POST /auth/register', { body: { email, password, ...more } });
const find = (token: string, email: string) =>
  service.call('POST /referral/find', { token, body: { email } });

test('invented emails activate no invite code, at sign-up or later', async () => {
  const { user } = await service.signIn();
  const { inviteCode } = user;
  const { prisma } = service.database;
  const before = await prisma.user.count();
  for (let n = 0; n < 5; n++)
    expect(await register(`invented${n}@example.com`, { inviteCode })).toMatchObject({
      status: 403,
      reason: 'EMAIL_VERIFICATION_REQUIRED',
    });
  expect(await prisma.user.count()).toBe(before);
  const { body } = await register('invented@example.com');
  expect(body.user.emailVerified).toBe(false);
  const token = body.accessToken;
  expect(
    await service.call('POST /referral/activate', { token, body: { inviteCode } }),
  ).toMatchObject({ status: 403, reason: 'EMAIL_VERIFICATION_REQUIRED' });
  expect(await prisma.referral.count({ where: { referrerId: user.id } })).toBe(0);
});

test('a proved phone or a proved email activates', async () => {
  const { user } = await service.signIn();
  const { inviteCode } = user;
  const { body: registered } = await register('late@example.com');
  const activate = (token: string) =>
    service.call('POST /referral/activate', { token, body: { inviteCode } });
  const withPhone = await service.signIn();
  expect((await activate(withPhone.token)).status).toBe(200);
  await service.database.prisma.user.update({
    where: { id: registered.user.id },
    data: { emailVerifiedAt: new Date() },
  });
  expect((await activate(registered.accessToken)).status).toBe(200);
});

test('a squatter’s code is not found under an email they did not prove', async () => {
  const { token } = await service.signIn();
  const squatter = await service.signIn();
  const email = 'victim@example.com';
  await service.call('POST /auth/password', { token: squatter.token, body: { email, password } });
  expect(await find(token, email)).toMatchObject({ reason: 'INVITE_CODE_NOT_FOUND' });

  const { prisma } = service.database;
  const where = { id: squatter.user.id };
  await prisma.user.update({ where, data: { emailVerifiedAt: new Date() } });
  expect((await find(token, email)).body.inviteCode).toBe(squatter.user.inviteCode);
  const changed = await service.call('POST /auth/password', {
    token: squatter.token,
    body: { email: 'other@example.com', password, currentPassword: password },
  });
  expect(changed.body).toMatchObject({ email: 'other@example.com', emailVerified: false });
  expect(await find(token, 'other@example.com')).toMatchObject({ reason: 'INVITE_CODE_NOT_FOUND' });
});
