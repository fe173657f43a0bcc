import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ env: { PUBLIC_URL: 'https://invite.example/' } });
});
afterAll(() => app.close());

const DAY = 86_400;

/** A time so many seconds from the app's now. */
const after = (seconds: number) => new Date(app.deps.clock() + seconds * 1000).toISOString();

async function signIn() {
  const { accessToken: token, user } = await app.signIn(newPhone());
  const create = (body: object) => app.rest('POST /referral/code', { token, body });
  const remove = () => app.rest('DELETE /referral/code', { token });
  const activate = (inviteCode: string) =>
    app.rest('POST /referral/activate', { token, body: { inviteCode } });
  return { token, user, create, remove, activate };
}

async function signInWithoutCode() {
  const someone = await signIn();
  await someone.remove();
  return someone;
}

/** Lets the next letters that are drawn by chance be the first of the alphabet. */
async function drawing<T>(letters: number, work: () => Promise<T>): Promise<T> {
  const { randomInt } = crypto;
  let left = letters;
  crypto.randomInt = ((most: number) => (most === 31 && left-- > 0 ? 0 : randomInt(most))) as never;
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    crypto.randomInt = randomInt;
    syncBuiltinESMExports();
  }
}

test('a code that chance draws twice goes to the first alone', async () => {
  const first = await drawing(6, signIn);
  expect(first.user.inviteCode).toBe('222222');
  const second = await drawing(12, signIn);
  expect(second.user.inviteCode).toMatch(/^[2-9A-HJKMNP-Z]{6}$/);
  expect(second.user.inviteCode).not.toBe('222222');
});

test('one deletes the code of sign-up and makes one of own wording', async () => {
  const anna = await signIn();
  expect((await anna.create({ expiresAt: after(DAY) })).body.data.reason).toBe(
    'ACTIVE_INVITE_CODE_EXISTS',
  );
  expect(await anna.remove()).toMatchObject({ status: 200, body: { deleted: true } });
  expect((await app.rest('GET /referral/code', { token: anna.token })).body).toBeNull();

  const expiresAt = after(DAY);
  const { status, body } = await anna.create({ code: ' anna-2026 ', expiresAt });
  expect(status).toBe(201);
  expect(body).toEqual({
    code: 'ANNA-2026',
    createdAt: after(0),
    expiresAt,
    active: true,
    link: 'https://invite.example/i/ANNA-2026',
  });
  expect((await app.trpc('query referral.myCode', { token: anna.token })).body).toEqual(body);
  const boris = await signIn();
  expect(await boris.activate('anna-2026')).toMatchObject({
    status: 200,
    body: { referrerId: anna.user.id, inviteCode: 'ANNA-2026' },
  });
});

test('a code is drawn by chance if one has no wording', async () => {
  const someone = await signInWithoutCode();
  const { body } = await someone.create({ expiresAt: after(60) });
  expect(body.code).toMatch(/^[2-9A-HJ-NP-Z]{6}$/);
});

test('a code once issued is nobody else’s, also after it was deleted, and not its owner’s again', async () => {
  const anna = await signInWithoutCode();
  const boris = await signInWithoutCode();
  await anna.create({ code: 'ONLY-ANNA', expiresAt: after(60) });
  for (const _ of ['in force', 'deleted'] as const) {
    const { status, body } = await boris.create({ code: 'only-anna', expiresAt: after(60) });
    expect(status).toBe(409);
    expect(body.data.reason).toBe('INVITE_CODE_TAKEN');
    await anna.remove();
  }
  expect((await anna.create({ code: 'ONLY-ANNA', expiresAt: after(60) })).body.data.reason).toBe(
    'INVITE_CODE_TAKEN',
  );
  // The refused ones left nothing behind.
  expect((await boris.create({ code: 'BORIS', expiresAt: after(60) })).status).toBe(201);
});

test('an expired code gives way to the next, and still says that it has expired', async () => {
  const anna = await signInWithoutCode();
  const boris = await signIn();
  const { body: first } = await anna.create({ expiresAt: after(60) });
  app.wait(60);
  expect((await app.rest('GET /referral/code', { token: anna.token })).body).toMatchObject({
    code: first.code,
    active: false,
  });
  expect((await boris.activate(first.code)).body.data.reason).toBe('INVITE_CODE_EXPIRED');
  expect((await anna.create({ expiresAt: after(60) })).status).toBe(201);
  expect((await boris.activate(first.code)).body.data.reason).toBe('INVITE_CODE_EXPIRED');
});

test('a deleted code works for nobody, and is deleted once', async () => {
  const anna = await signIn();
  const boris = await signIn();
  await anna.remove();
  const refused = await boris.activate(anna.user.inviteCode);
  expect(refused).toMatchObject({
    status: 404,
    body: { data: { reason: 'INVITE_CODE_NOT_FOUND' } },
  });
  expect((await anna.remove()).body.data.reason).toBe('INVITE_CODE_NOT_FOUND');
});

test.each([
  ['an expiry is required', () => ({}), 'expiresAt'],
  ['not one in the past', () => ({ expiresAt: after(-1) }), 'expiresAt'],
  ['not now', () => ({ expiresAt: after(0) }), 'expiresAt'],
  ['at most a year ahead', () => ({ expiresAt: after(367 * DAY) }), 'expiresAt'],
  ['a time', () => ({ expiresAt: 'tomorrow' }), 'expiresAt'],
  ['with its offset', () => ({ expiresAt: after(60).slice(0, -1) }), 'expiresAt'],
  ['a day that exists', () => ({ expiresAt: '2027-02-30T00:00:00Z' }), 'expiresAt'],
  ['not null', () => ({ expiresAt: null }), 'expiresAt'],
  ['4 characters', () => ({ expiresAt: after(60), code: 'ANN' }), 'code'],
  ['20 characters', () => ({ expiresAt: after(60), code: 'A'.repeat(21) }), 'code'],
  ['letters, digits, hyphens', () => ({ expiresAt: after(60), code: 'ANNA_2026' }), 'code'],
  ['of the Latin alphabet', () => ({ expiresAt: after(60), code: 'АННА2026' }), 'code'],
  ['nothing offensive', () => ({ expiresAt: after(60), code: 'FUCK-YOU' }), 'code'],
  ['nor in look-alike letters', () => ({ expiresAt: after(60), code: '5H1T-HEAD' }), 'code'],
  ['nor taken apart', () => ({ expiresAt: after(60), code: 'F-U-C-K' }), 'code'],
])('a new code needs: %s', async (_, input, field) => {
  const someone = await signInWithoutCode();
  const { status, body } = await someone.create(input());
  expect(status).toBe(400);
  expect(body.data.reason).toBe('INPUT_INVALID');
  expect(body.issues[0].path).toEqual([field]);
  expect((await app.rest('GET /referral/code', { token: someone.token })).body).toBeNull();
});

test('an expiry may come with any offset, and be a year ahead to the second', async () => {
  const someone = await signInWithoutCode();
  const year = new Date(app.deps.clock());
  year.setUTCFullYear(year.getUTCFullYear() + 1);
  const local = new Date(+year + 3 * 3_600_000).toISOString().replace('Z', '+03:00');
  const { status, body } = await someone.create({ expiresAt: local });
  expect(status).toBe(201);
  expect(body.expiresAt).toBe(year.toISOString());
});

test('of many made at one moment one is active', async () => {
  const someone = await signInWithoutCode();
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => someone.create({ expiresAt: after(60) })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(11).fill(409)]);
  const reasons = answers
    .filter(({ status }) => status === 409)
    .map(({ body }) => body.data.reason);
  expect(new Set(reasons)).toEqual(new Set(['ACTIVE_INVITE_CODE_EXISTS']));
});

test('of many who want one wording at one moment one gets it', async () => {
  const people = await Promise.all(Array.from({ length: 8 }, signInWithoutCode));
  const answers = await Promise.all(
    people.map(({ create }) => create({ code: 'WANTED', expiresAt: after(60) })),
  );
  const reasons = answers.map(({ body }) => body.data?.reason ?? 'made').sort();
  expect(reasons).toEqual([...Array(7).fill('INVITE_CODE_TAKEN'), 'made']);
});

test('an active code is found by its owner’s email; all else looks the same', async () => {
  const [anna, boris, vera, asking] = [
    await signIn(),
    await signIn(),
    await signIn(),
    await signIn(),
  ];
  const give = (id: string, data: object) =>
    app.deps.database.prisma.user.update({ where: { id }, data });
  await give(anna.user.id, { email: 'anna@xn--e1afmkfd.xn--p1ai' });
  await give(boris.user.id, { email: 'boris@example.com' });
  await give(vera.user.id, { email: 'vera@example.com', status: 'blocked' });
  await boris.remove();
  const find = (email: string) =>
    app.rest('POST /referral/find', { token: asking.token, body: { email } });
  expect(await find('Anna@Пример.РФ')).toMatchObject({
    status: 200,
    body: { inviteCode: anna.user.inviteCode, expiresAt: null },
  });
  const others = ['boris@example.com', 'vera@example.com', 'nobody@example.com'];
  for (const email of others)
    expect((await find(email)).body.data.reason).toBe('INVITE_CODE_NOT_FOUND');
  expect((await find('no email')).body.data.reason).toBe('INPUT_INVALID');
});

test('emails cannot be tried out by the hundred', async () => {
  const { token } = await signIn();
  const find = () => app.rest('POST /referral/find', { token, body: { email: 'a@example.com' } });
  const answers = await Promise.all(Array.from({ length: 25 }, find));
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited).toHaveLength(5);
  expect(Number(limited[0]?.headers['retry-after'])).toBeGreaterThan(0);
});
