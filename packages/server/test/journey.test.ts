import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type TestApp } from './harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app?.close());

test('one user invites another, and both profiles show it', async () => {
  const anna = await app.signIn('8 999 123 45 67');
  expect(anna).toMatchObject({
    isNewUser: true,
    user: { phone: '+79991234567', referralCount: 0 },
  });
  const boris = await app.signIn('+7 (999) 765-43-21');

  const { status, body } = await app.rest('POST /referral/activate', {
    token: boris.accessToken,
    body: { inviteCode: ` ${anna.user.inviteCode.toLowerCase()} ` },
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    userId: boris.user.id,
    referrerId: anna.user.id,
    inviteCode: anna.user.inviteCode,
  });

  const { body: annaProfile } = await app.rest('GET /profile', { token: anna.accessToken });
  expect(annaProfile).toMatchObject({
    referralCount: 1,
    referrals: [{ id: boris.user.id, phone: '+79997654321', displayName: null }],
  });
  const { body: borisProfile } = await app.trpc('query profile.me', { token: boris.accessToken });
  expect(borisProfile).toMatchObject({
    activatedInviteCode: anna.user.inviteCode,
    referrerId: anna.user.id,
  });
});
