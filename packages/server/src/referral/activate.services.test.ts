import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Action,
  type ActionResponse,
  checkInvariants,
  createUsers,
  scenario,
  type TestUser,
} from '../../test/activations.ts';
import { openTestDatabase } from '../../test/harness.ts';
import { stopServices } from '../../test/services/cleanup.ts';
import { startInstance } from '../../test/services/instance.ts';
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
  // Turns off load shedding, so that a busy machine does not fail the tests.
  const env = { APP_SECRET, DATABASE_URL: database.url as string, MAX_EVENT_LOOP_DELAY: '0' };
  instances = await Promise.all([1, 2, 3].map(() => startInstance(env)));
});
afterAll(async () => {
  await stopServices();
  await database?.close();
});

/** Performs all actions at the same moment, spread over the instances. */
async function performAll(users: TestUser[], actions: Action[]): Promise<ActionResponse[]> {
  return Promise.all(
    actions.map(async (action, i) => {
      const { url } = instances[i % instances.length] as { url: string };
      const { token } = users[action.user] as TestUser;
      const [method, path] =
        action.type === 'delete' ? ['DELETE', 'referral/code'] : ['POST', 'referral/activate'];
      const response = await fetch(`${url}/api/v1/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(action.type === 'activate' && {
          body: JSON.stringify({ inviteCode: users[action.codeOwner]?.code }),
        }),
      });
      return { status: response.status, body: await response.json() };
    }),
  );
}

const everyone = (count: number) => Array<TestUser['kind']>(count).fill('active');

test('keeps referrals a forest under any concurrent actions on three instances', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ kinds, actions }) => {
      const users = await createUsers({ database, accessTokens }, kinds);
      await checkInvariants(database, users, actions, await performAll(users, actions));
    }),
    { numRuns: 40 },
  );
});

test('refuses exactly one activation of a concurrent ring of any size', async () => {
  for (const size of [2, 3, 3, 3, 5, 8, 20, 40]) {
    const users = await createUsers({ database, accessTokens }, everyone(size));
    const actions = users.map(
      (_, user): Action => ({ type: 'activate', user, codeOwner: (user + 1) % size }),
    );
    const responses = await performAll(users, actions);
    await checkInvariants(database, users, actions, responses);
    const refused = responses.filter(({ status }) => status !== 200);
    expect(refused.map(({ body }) => body.data.reason)).toEqual(['REFERRAL_CYCLE']);
  }
});

test('builds one tree of all users when everyone activates everyone', async () => {
  const size = 10;
  const users = await createUsers({ database, accessTokens }, everyone(size));
  const actions = users.flatMap((_, user) =>
    users.map((_, codeOwner): Action => ({ type: 'activate', user, codeOwner })),
  );
  const responses = await performAll(users, actions);
  await checkInvariants(database, users, actions, responses);
  const succeeded = responses.filter(({ status }) => status === 200);
  expect(succeeded).toHaveLength(size - 1);
});

test('counts a hundred concurrent activations of one code', async () => {
  const users = await createUsers({ database, accessTokens }, everyone(101));
  const actions = users
    .slice(1)
    .map((_, i): Action => ({ type: 'activate', user: i + 1, codeOwner: 0 }));
  const responses = await performAll(users, actions);
  await checkInvariants(database, users, actions, responses);
  expect(responses.every(({ status }) => status === 200)).toBe(true);
});
