import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { listen, proceduresOf } from './server.ts';

let server: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  server = await listen();
});
afterAll(() => server.close());
afterEach(() => vi.useRealTimers());

/** Seconds: longer than the lifetime of an access token. */
const LIFETIME = 901;

test('refreshes the access token before it expires', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { client, asked } = await server.signedIn();
  vi.setSystemTime(Date.now() + 800_000);
  await client.profile.me();
  vi.setSystemTime(Date.now() + 20_000);
  await client.profile.me();
  expect(asked).toEqual(['profile.me', 'auth.refresh', 'profile.me']);
});

test('refreshes a rejected token once for concurrent calls, which then succeed', async () => {
  const { client, asked, user } = await server.signedIn();
  server.advanceClock(LIFETIME);
  const all = await Promise.all(Array.from({ length: 25 }, () => client.profile.me()));
  expect(all.map(({ id }) => id)).toEqual(Array(25).fill(user.id));
  expect(asked.filter((path) => path === 'auth.refresh')).toHaveLength(1);
});

test('sends a mutation again after its token was rejected, and it takes effect once', async () => {
  const anna = await server.signedIn();
  const { client } = await server.signedIn();
  server.advanceClock(LIFETIME);
  await client.referral.activate({ inviteCode: anna.user.inviteCode ?? '' });
  expect(await anna.client.profile.me()).toMatchObject({ referralCount: 1 });
});

test('retries a refresh whose response was lost', async () => {
  let lost = 0;
  const { client, user } = await server.signedIn({
    async fetch(to, init) {
      const response = await fetch(to, init);
      if (proceduresOf(to) !== 'auth.refresh' || lost > 0) return response;
      lost += 1;
      throw new TypeError('fetch failed');
    },
  });
  for (let round = 0; round < 3; round += 1) {
    server.advanceClock(LIFETIME);
    expect(await client.profile.me()).toMatchObject({ id: user.id });
  }
  expect(lost).toBe(1);
});

test('session.accessToken() returns a fresh token', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { client, accessToken } = await server.signedIn();
  expect(await client.session.accessToken()).toBe(accessToken);
  vi.setSystemTime(Date.now() + 850_000);
  server.advanceClock(850);
  const fresh = await client.session.accessToken();
  expect(fresh).not.toBe(accessToken);
  expect((await server.rest('GET /profile', { token: fresh ?? '' })).status).toBe(200);
});
