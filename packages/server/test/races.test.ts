import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp } from './harness.ts';

const TEST_PHONE = '+79990000000';
const TEST_CODE = '1111';

let app: TestApp;
let other: TestApp;
beforeAll(async () => {
  const env = { TEST_PHONES: `${TEST_PHONE}:${TEST_CODE}` };
  app = await openTestApp({ env });
  // A second instance on the same database. Calls alternate between them.
  other = await openTestApp({ env, database: app.deps.database });
});
afterAll(async () => {
  await other?.close();
  await app?.close();
});

const instance = (i: number) => (i % 2 === 0 ? app : other);

async function times<T>(count: number, call: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => call(i)));
}

async function count(statement: ReturnType<typeof sql>): Promise<number> {
  const [row] = await app.deps.database.query<{ count: number }>(statement);
  return Number(row?.count);
}

/** How many responses had each reason or status. */
const outcomes = (responses: { status: number; body: { data?: { reason: string } } }[]) =>
  Object.fromEntries(
    Map.groupBy(responses, ({ status, body }) => body.data?.reason ?? status)
      .entries()
      .map(([outcome, { length }]) => [outcome, length]),
  );

test('100 parallel sign-ins with one correct code create one session', async () => {
  const phone = newPhone();
  const { body: sent } = await app.rest('POST /auth/code', { body: { phone } });
  const body = { phone, code: sent.devCode };
  const responses = await times(100, (i) => instance(i).rest('POST /auth/verify', { body }));
  expect(outcomes(responses)).toMatchObject({ 200: 1 });
  expect(['200', 'CODE_EXPIRED', 'CODE_ATTEMPTS_EXCEEDED']).toEqual(
    expect.arrayContaining(Object.keys(outcomes(responses))),
  );
  const sessions = sql`select count(*) from sessions s join users u on u.id = s.user_id where u.phone = ${phone}`;
  expect(await count(sessions)).toBe(1);
});

test('repeating a correct code never counts as a failed guess', async () => {
  const phone = newPhone();
  const { body: sent } = await app.rest('POST /auth/code', { body: { phone } });
  const body = { phone, code: sent.devCode };
  await times(20, (i) => instance(i).rest('POST /auth/verify', { body }));
  expect(
    await count(
      sql`select cardinality(failed_at) as count from phone_codes where phone = ${phone}`,
    ),
  ).toBe(0);
});

test('200 parallel first sign-ins of one phone create one account with one invite code', async () => {
  const responses = await times(200, async (i) => {
    await instance(i).rest('POST /auth/code', { body: { phone: TEST_PHONE } });
    return instance(i).rest('POST /auth/verify', { body: { phone: TEST_PHONE, code: TEST_CODE } });
  });
  const signedIn = responses.filter(({ status }) => status === 200);
  expect(signedIn.filter(({ body }) => body.isNewUser)).toHaveLength(1);
  expect(new Set(signedIn.map(({ body }) => body.user.id)).size).toBe(1);
  expect(new Set(signedIn.map(({ body }) => body.user.inviteCode)).size).toBe(1);
  expect(['200', 'CODE_EXPIRED', 'CODE_ATTEMPTS_EXCEEDED']).toEqual(
    expect.arrayContaining(Object.keys(outcomes(responses))),
  );
  expect(await count(sql`select count(*) from users where phone = ${TEST_PHONE}`)).toBe(1);
});

test('100 parallel activations of different codes by one user create one referral', async () => {
  const referrers = await times(100, () => app.signIn());
  const { accessToken: token, user } = await app.signIn();
  const responses = await times(100, (i) =>
    instance(i).rest('POST /referral/activate', {
      token,
      body: { inviteCode: referrers[i]?.user.inviteCode },
    }),
  );
  expect(outcomes(responses)).toEqual({ 200: 1, ALREADY_ACTIVATED: 99 });
  const activated = responses.find(({ status }) => status === 200)?.body.inviteCode;
  for (const { status, body } of responses)
    if (status !== 200) expect(body.data.inviteCode).toBe(activated);
  expect(await count(sql`select count(*) from referrals where referee_id = ${user.id}`)).toBe(1);
  expect(
    await count(sql`select sum(referral_count) as count from users
    where id = any(${referrers.map((referrer) => referrer.user.id)}::uuid[])`),
  ).toBe(1);
});

test('parallel activations around a circle of users never close it', async () => {
  for (const size of [2, 3, 7]) {
    const circle = await times(size, () => app.signIn());
    const responses = await times(size, (i) =>
      instance(i).rest('POST /referral/activate', {
        token: circle[i]?.accessToken,
        body: { inviteCode: circle[(i + 1) % size]?.user.inviteCode },
      }),
    );
    expect(outcomes(responses)).toEqual({ 200: size - 1, REFERRAL_CYCLE: 1 });
  }
});

test('parallel wrong guesses cannot exceed the limits per code and per day', async () => {
  const phone = newPhone();
  const guess = (code: string) => (i: number) =>
    instance(i).rest('POST /auth/verify', { body: { phone, code } });
  const requestCode = async () =>
    (await app.rest('POST /auth/code', { body: { phone } })).body.devCode;
  const wrong = (right: string) => (right === '0000' ? '1111' : '0000');

  let right = await requestCode();
  const first = await times(50, guess(wrong(right)));
  expect(outcomes(first)).toEqual({ CODE_WRONG: 5, CODE_ATTEMPTS_EXCEEDED: 45 });
  const left = first
    .filter(({ status }) => status === 401)
    .map(({ body }) => body.data.attemptsLeft);
  expect(left.sort()).toEqual([0, 1, 2, 3, 4]);
  expect((await guess(right)(0)).body.data.reason).toBe('CODE_ATTEMPTS_EXCEEDED');

  app.advanceClock(61);
  other.advanceClock(61);
  right = await requestCode();
  expect(outcomes(await times(50, guess(wrong(right))))).toEqual({
    CODE_WRONG: 3,
    CODE_ATTEMPTS_EXCEEDED: 47,
  });

  // After the eight failures of strangers, no code works until the oldest failure is a day old.
  app.advanceClock(61);
  other.advanceClock(61);
  right = await requestCode();
  const refused = await guess(right)(0);
  expect(refused.body.data.reason).toBe('CODE_ATTEMPTS_EXCEEDED');
  expect(Number(refused.headers['retry-after'])).toBe(24 * 3600 - 122);

  app.advanceClock(24 * 3600 - 122);
  right = await requestCode();
  expect((await guess(right)(0)).status).toBe(200);
});
