import { expect, test } from 'vitest';
import { testApp } from '../../test/harness.ts';

const DAY = 86_400;
const ADMIN = '+79990000001';

test('includes days without events and ends today', async () => {
  const app = await testApp({ env: { ADMIN_PHONES: ADMIN } });
  await app.signIn(ADMIN);
  const anna = await app.signIn();
  const boris = await app.signIn();
  app.advanceClock(2 * DAY);
  const late = await app.signIn();
  // The first access tokens have expired by now.
  const [again, admin] = [await app.signIn(boris.user.phone), await app.signIn(ADMIN)];
  for (const [user, referrer] of [
    [again, anna],
    [late, anna],
    [await app.signIn(), again],
  ] as const)
    await app.rest('POST /referral/activate', {
      token: user.accessToken,
      body: { inviteCode: referrer.user.inviteCode },
    });
  await app.rest(`POST /admin/users/${late.user.id}/status`, {
    token: admin.accessToken,
    body: { status: 'blocked' },
  });
  const read = async (days: number) =>
    (await app.rest(`GET /admin/stats?days=${days}`, { token: admin.accessToken })).body;

  const today = app.deps.clock();
  const day = (ago: number) => new Date(today - ago * DAY * 1000).toISOString().slice(0, 10);
  expect(await read(3)).toEqual({
    users: 5,
    activations: 3,
    estimated: false,
    blocked: 1,
    admins: 1,
    signUpsByDay: [
      { day: day(2), count: 3 },
      { day: day(1), count: 0 },
      { day: day(0), count: 2 },
    ],
    activationsByDay: [
      { day: day(2), count: 0 },
      { day: day(1), count: 0 },
      { day: day(0), count: 3 },
    ],
    topReferrers: [
      {
        id: anna.user.id,
        phone: anna.user.phone,
        displayName: null,
        activations: 2,
        referralCount: 2,
      },
      {
        id: boris.user.id,
        phone: boris.user.phone,
        displayName: null,
        activations: 1,
        referralCount: 1,
      },
    ],
  });
  expect((await read(1)).signUpsByDay).toEqual([{ day: day(0), count: 2 }]);
  app.advanceClock(DAY);
  const later = await app.signIn(ADMIN);
  const { body } = await app.rest('GET /admin/stats?days=1', { token: later.accessToken });
  expect(body).toMatchObject({ activationsByDay: [{ count: 0 }], topReferrers: [] });
});
