import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Act,
  type Answer,
  checkAfterwards,
  makePeople,
  type Person,
  scene,
} from '../../test/activations.ts';
import { openTestDatabase } from '../../test/harness.ts';
import { startInstance } from '../../test/instances.ts';
import { deriveSecrets } from '../core/secrets.ts';
import { type AccessTokens, createAccessTokens } from '../sessions/access-tokens.ts';

const APP_SECRET = 'tests-only-'.repeat(4);

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let accessTokens: AccessTokens;
let instances: Awaited<ReturnType<typeof startInstance>>[];

beforeAll(async () => {
  database = await openTestDatabase();
  accessTokens = await createAccessTokens({
    keys: deriveSecrets([APP_SECRET]).signing,
    ttl: 3600,
    clock: Date.now,
  });
  // Nothing is shed: a busy machine is no wrong answer.
  const env = { APP_SECRET, DATABASE_URL: database.url as string, MAX_EVENT_LOOP_DELAY: '0' };
  instances = await Promise.all([1, 2, 3].map(() => startInstance(env)));
});
afterAll(async () => {
  await Promise.all(instances.map(({ stop }) => stop()));
  await database.close();
});

/** Everybody acts at once, each by another instance than the one before. */
async function play(people: Person[], acts: Act[]): Promise<Answer[]> {
  return Promise.all(
    acts.map(async (act, i) => {
      const { url } = instances[i % instances.length] as { url: string };
      const { token } = people[act.who] as Person;
      const [method, path] =
        act.what === 'delete' ? ['DELETE', 'referral/code'] : ['POST', 'referral/activate'];
      const response = await fetch(`${url}/api/v1/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(act.what === 'activate' && {
          body: JSON.stringify({ inviteCode: people[act.whose]?.code }),
        }),
      });
      return { status: response.status, body: await response.json() };
    }),
  );
}

const everyone = (count: number) => Array<Person['kind']>(count).fill('active');

test('any activations at one moment on three instances leave a forest and true answers', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ kinds, acts }) => {
      const people = await makePeople({ database, accessTokens }, kinds);
      await checkAfterwards(database, people, acts, await play(people, acts));
    }),
    { numRuns: 40 },
  );
});

test('a ring at one moment stays open in one place, whatever its size', async () => {
  for (const size of [2, 3, 3, 3, 5, 8, 20, 40]) {
    const people = await makePeople({ database, accessTokens }, everyone(size));
    const acts = people.map((_, who): Act => ({ what: 'activate', who, whose: (who + 1) % size }));
    const answers = await play(people, acts);
    await checkAfterwards(database, people, acts, answers);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(({ body }) => body.data.reason)).toEqual(['REFERRAL_CYCLE']);
  }
});

test('everyone activates everyone: one tree of all is left, and one who could go nowhere', async () => {
  const size = 10;
  const people = await makePeople({ database, accessTokens }, everyone(size));
  const acts = people.flatMap((_, who) =>
    people.map((_, whose): Act => ({ what: 'activate', who, whose })),
  );
  const answers = await play(people, acts);
  await checkAfterwards(database, people, acts, answers);
  const succeeded = answers.filter(({ status }) => status === 200);
  expect(succeeded).toHaveLength(size - 1);
});

test('a hundred at once below one referrer are all counted', async () => {
  const people = await makePeople({ database, accessTokens }, everyone(101));
  const acts = people.slice(1).map((_, i): Act => ({ what: 'activate', who: i + 1, whose: 0 }));
  const answers = await play(people, acts);
  await checkAfterwards(database, people, acts, answers);
  expect(answers.every(({ status }) => status === 200)).toBe(true);
});
