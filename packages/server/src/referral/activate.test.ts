import fc from 'fast-check';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Act,
  checkAfterwards,
  makePeople,
  type Person,
  scene,
} from '../../test/activations.ts';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const activate = (token: string, inviteCode: string) =>
  app.rest('POST /referral/activate', { token, body: { inviteCode } });

test('a second activation names the code in force, and changes nothing', async () => {
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

test('not one’s own code, and none of those below', async () => {
  const anna = await app.signIn(newPhone());
  const boris = await app.signIn(newPhone(), { inviteCode: anna.user.inviteCode });
  const vera = await app.signIn(newPhone(), { inviteCode: boris.user.inviteCode });
  const reason = async (code: string) => (await activate(anna.accessToken, code)).body.data.reason;
  expect(await reason(anna.user.inviteCode)).toBe('INVITE_CODE_OWN');
  expect(await reason(boris.user.inviteCode)).toBe('REFERRAL_CYCLE');
  expect(await reason(vera.user.inviteCode)).toBe('REFERRAL_CYCLE');
});

test('any acts at one moment leave a forest and true answers', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ kinds, acts }) => {
      const people = await makePeople(app.deps, kinds);
      const answers = await Promise.all(
        acts.map((act) => {
          const { token } = people[act.who] as Person;
          return act.what === 'delete'
            ? app.rest('DELETE /referral/code', { token })
            : activate(token, (people[act.whose] as Person).code);
        }),
      );
      await checkAfterwards(app.deps.database, people, acts, answers);
    }),
    { numRuns: 15 },
  );
});

test('a line that grew from its end up is short for the next who looks up it', async () => {
  const size = 40;
  const people = await makePeople(app.deps, Array(size + 2).fill('active'));
  const below = (who: number) =>
    activate((people[who] as Person).token, (people[who - 1] as Person).code);
  const acts: Act[] = [];
  const answers = [];
  for (let who = size; who > 0; who--) {
    acts.push({ what: 'activate', who, whose: who - 1 });
    answers.push(await below(who));
  }
  const end = people[size] as Person;
  const tops = async () => {
    const rows = await app.deps.database.query<{ tops: number }>(sql`
      select count(distinct top_id)::int as tops from referrals
      where referee_id = any(${people.slice(1, size + 1).map(({ id }) => id)}::uuid[])`);
    return rows[0]?.tops;
  };
  expect(await tops()).toBe(size);
  acts.push({ what: 'activate', who: size + 1, whose: size });
  answers.push(await activate((people[size + 1] as Person).token, end.code));
  expect(await tops()).toBe(1);
  acts.push({ what: 'activate', who: 0, whose: size });
  answers.push(await activate((people[0] as Person).token, end.code));
  expect(answers.at(-1)?.body.data.reason).toBe('REFERRAL_CYCLE');
  await checkAfterwards(app.deps.database, people, acts, answers);
});

test('who referred whom cannot be rewritten, whoever tries', async () => {
  for (const change of [
    sql`update referrals set referrer_id = referee_id`,
    sql`update referrals set invite_code = 'X'`,
    sql`delete from referrals`,
  ])
    await expect(app.deps.database.query(change)).rejects.toThrow('append only');
});
