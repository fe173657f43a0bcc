import fc from 'fast-check';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Action,
  checkInvariants,
  createUsers,
  scenario,
  type TestUser,
} from '../../test/activations.ts';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app?.close());

const activate = (token: string, inviteCode: string) =>
  app.rest('POST /referral/activate', { token, body: { inviteCode } });

test('reports the activated code on a second activation, which changes nothing', async () => {
  const [anna, boris] = [await app.signIn(newPhone()), await app.signIn(newPhone())];
  const vera = await app.signIn(newPhone());
  const { body: first } = await activate(vera.accessToken, anna.user.inviteCode);
  for (const code of [boris.user.inviteCode, anna.user.inviteCode, 'NOBODYS'])
    expect(await activate(vera.accessToken, code)).toMatchObject({
      status: 409,
      body: {
        data: {
          reason: 'ALREADY_ACTIVATED',
          inviteCode: anna.user.inviteCode,
          activatedAt: first.activatedAt,
        },
      },
    });
  const { body: profile } = await app.rest('GET /profile', { token: boris.accessToken });
  expect(profile.referralCount).toBe(0);
});

test('rejects the user’s own code and the codes of their referees at any level', async () => {
  const anna = await app.signIn(newPhone());
  const boris = await app.signIn(newPhone(), { inviteCode: anna.user.inviteCode });
  const vera = await app.signIn(newPhone(), { inviteCode: boris.user.inviteCode });
  const reason = async (code: string) => (await activate(anna.accessToken, code)).body.data.reason;
  expect(await reason(anna.user.inviteCode)).toBe('INVITE_CODE_OWN');
  expect(await reason(boris.user.inviteCode)).toBe('REFERRAL_CYCLE');
  expect(await reason(vera.user.inviteCode)).toBe('REFERRAL_CYCLE');
});

test('keeps referrals a forest and responds truthfully under any concurrent actions', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ kinds, actions }) => {
      const users = await createUsers(app.deps, kinds);
      const responses = await Promise.all(
        actions.map((action) => {
          const { token } = users[action.user] as TestUser;
          return action.type === 'delete'
            ? app.rest('DELETE /referral/code', { token })
            : activate(token, (users[action.codeOwner] as TestUser).code);
        }),
      );
      await checkInvariants(app.deps.database, users, actions, responses);
    }),
    { numRuns: 15 },
  );
});

test('compresses the path to the root of a chain that grew from its end', async () => {
  const size = 40;
  const users = await createUsers(app.deps, Array(size + 2).fill('active'));
  const below = (user: number) =>
    activate((users[user] as TestUser).token, (users[user - 1] as TestUser).code);
  const actions: Action[] = [];
  const responses = [];
  for (let user = size; user > 0; user--) {
    actions.push({ type: 'activate', user, codeOwner: user - 1 });
    responses.push(await below(user));
  }
  const lowest = users[size] as TestUser;
  const countTops = async () => {
    const rows = await app.deps.database.query<{ tops: number }>(sql`
      select count(distinct top_id)::int as tops from referrals
      where referee_id = any(${users.slice(1, size + 1).map(({ id }) => id)}::uuid[])`);
    return rows[0]?.tops;
  };
  expect(await countTops()).toBe(size);
  actions.push({ type: 'activate', user: size + 1, codeOwner: size });
  responses.push(await activate((users[size + 1] as TestUser).token, lowest.code));
  expect(await countTops()).toBe(1);
  actions.push({ type: 'activate', user: 0, codeOwner: size });
  responses.push(await activate((users[0] as TestUser).token, lowest.code));
  expect(responses.at(-1)?.body.data.reason).toBe('REFERRAL_CYCLE');
  await checkInvariants(app.deps.database, users, actions, responses);
});

test('referrals cannot be updated or deleted, even in SQL', async () => {
  for (const change of [
    sql`update referrals set referrer_id = referee_id`,
    sql`update referrals set invite_code = 'X'`,
    sql`delete from referrals`,
  ])
    await expect(app.deps.database.query(change)).rejects.toThrow('append only');
});
