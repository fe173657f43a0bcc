import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';
import { signUpFamily } from '../../test/referral-family.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ env: { ACCESS_TOKEN_TTL: '1000000' } });
});
afterAll(() => app?.close());

const nextLetter = (letter: string) => String.fromCharCode(letter.charCodeAt(0) + 1);

test('counts referrals by level and by day, and reports when levels are missing', async () => {
  const people = [
    'a',
    'a:b',
    'a:c',
    'b:d',
    ...[...'defghijkl'].map((n) => `${n}:${nextLetter(n)}`),
  ];
  const who = await signUpFamily(app, people);
  const { token } = who('a');
  const stats = async (query = '') =>
    (await app.rest(`GET /referral/stats${query}`, { token })).body;
  const all = await stats();
  expect(all).toMatchObject({ direct: 2, total: 11, complete: false });
  expect(all.byLevel).toEqual([
    { level: 1, count: 2 },
    ...Array.from({ length: 9 }, (_, i) => ({ level: i + 2, count: 1 })),
  ]);
  expect(all.byDay).toHaveLength(30);
  expect(all.byDay.at(-1).day).toBe(new Date(app.deps.clock()).toISOString().slice(0, 10));
  expect(all.byDay.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(2);

  app.advanceClock(86_400);
  const late = await app.signIn(newPhone(), { inviteCode: who('a').code });
  const { byDay } = await stats('?days=2');
  expect(byDay.at(-1).count).toBe(1);
  expect((await stats('?days=1')).byDay).toEqual([byDay.at(-1)]);
  expect((await app.rest('GET /referral/stats', { token: late.accessToken })).body).toMatchObject({
    direct: 0,
    total: 0,
    byLevel: [],
    complete: true,
  });
});
