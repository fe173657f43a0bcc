import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone } from '../../server/test/harness.ts';
import { createClient, InvitreeError, isInvitreeError } from '../src/index.ts';
import { listen } from './server.ts';

let server: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  server = await listen();
});
afterAll(() => server.close());

test('two users sign in, and one refers the other', async () => {
  const anna = await server.signedIn();
  const boris = await server.signedIn();
  expect(anna).toMatchObject({ isNewUser: true, user: { phone: anna.phone } });

  const activation = await boris.client.referral.activate({
    inviteCode: ` ${anna.user.inviteCode?.toLowerCase()}`,
  });
  expect(activation).toMatchObject({ userId: boris.user.id, referrerId: anna.user.id });
  expect(await anna.client.profile.me()).toMatchObject({
    referralCount: 1,
    referrals: [{ id: boris.user.id }],
  });
  expect(await anna.client.auth.logout()).toEqual({ revoked: 1 });
  await expect(anna.client.profile.me()).rejects.toMatchObject({ reason: 'TOKEN_MISSING' });
});

test('an error has a reason and the data that comes with it', async () => {
  const client = createClient({ url: server.url, locale: 'ru' });
  const phone = newPhone();
  const { devCode } = await client.auth.requestCode({ phone });
  const wrong = await client.auth
    .verifyCode({ phone, code: devCode === '0000' ? '1111' : '0000' })
    .catch((error: unknown) => error);
  expect(wrong).toBeInstanceOf(InvitreeError);
  if (!isInvitreeError(wrong, 'CODE_WRONG')) throw new Error('no CODE_WRONG');
  const attemptsLeft: number = wrong.attemptsLeft;
  expect(attemptsLeft).toBe(4);
  expect(wrong).toMatchObject({ status: 401, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(wrong.message).toMatch(/код/i);

  const invalid = await client.auth
    .verifyCode({ phone, code: 'abc' })
    .catch((error: unknown) => error);
  expect(invalid).toMatchObject({ reason: 'INPUT_INVALID', issues: [{ path: ['code'] }] });
});

test('all() iterates over every item of every page in order', async () => {
  const anna = await server.signedIn();
  const referees: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    const { client, user } = await server.signedIn();
    await client.referral.activate({ inviteCode: anna.user.inviteCode ?? '' });
    referees.unshift(user.id);
    server.advanceClock(1);
  }
  const listed: string[] = [];
  for await (const { id } of anna.client.referral.list.all({ userId: anna.user.id, limit: 2 }))
    listed.push(id);
  expect(listed).toEqual(referees);
});

test('calls of one tick share a request, and one can fail alone', async () => {
  const { client, user, asked } = await server.signedIn();
  const [me, other, code] = await Promise.allSettled([
    client.profile.me(),
    client.profile.get({ id: crypto.randomUUID() }),
    client.referral.myCode(),
  ]);
  expect(asked).toHaveLength(1);
  expect(me).toMatchObject({ value: { id: user.id } });
  expect(other).toMatchObject({ reason: { reason: 'FORBIDDEN', status: 403 } });
  expect(code).toMatchObject({ value: { code: user.inviteCode } });
});

test('a single call returns the same as a batched one', async () => {
  const { client, asked } = await server.signedIn();
  const batched = await Promise.all([client.profile.me(), client.referral.myCode()]);
  asked.length = 0;
  expect([await client.profile.me(), await client.referral.myCode()]).toEqual(batched);
  expect(asked).toEqual(['profile.me', 'referral.myCode']);
});
