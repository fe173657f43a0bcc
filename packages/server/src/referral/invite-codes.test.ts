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

/** Returns the time this many seconds after the app's clock. */
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
  const user = await signIn();
  await user.remove();
  return user;
}

/** Runs `work` while the next random characters are the first of the alphabet. */
async function withFixedLetters<T>(letters: number, work: () => Promise<T>): Promise<T> {
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

test('draws another random code if the first is already taken', async () => {
  const first = await withFixedLetters(6, signIn);
  expect(first.user.inviteCode).toBe('222222');
  const second = await withFixedLetters(12, signIn);
  expect(second.user.inviteCode).toMatch(/^[2-9A-HJKMNP-Z]{6}$/);
  expect(second.user.inviteCode).not.toBe('222222');
});

test('replaces the code of sign-up with a custom one', async () => {
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

test.each([
  ['never expires', () => ({})],
  ['never expires', () => ({ expiresAt: null })],
  ['expires', () => ({ expiresAt: after(60) })],
])('creates a random code that %s', async (_, input) => {
  const { body } = await (await signInWithoutCode()).create(input());
  expect(body.code).toMatch(/^[2-9A-HJ-NP-Z]{6}$/);
  expect(body).toMatchObject({ expiresAt: null, active: true, ...input() });
});

test('never issues a code again, not even after its deletion or to its owner', async () => {
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
  // The refused requests left nothing behind.
  expect((await boris.create({ code: 'BORIS', expiresAt: after(60) })).status).toBe(201);
});

test('replaces an expired code, which is still reported as expired', async () => {
  const anna = await signInWithoutCode();
  const boris = await signIn();
  const { body: first } = await anna.create({ expiresAt: after(60) });
  app.advanceClock(60);
  expect((await app.rest('GET /referral/code', { token: anna.token })).body).toMatchObject({
    code: first.code,
    active: false,
  });
  expect((await boris.activate(first.code)).body.data.reason).toBe('INVITE_CODE_EXPIRED');
  expect((await anna.create({ expiresAt: after(60) })).status).toBe(201);
  expect((await boris.activate(first.code)).body.data.reason).toBe('INVITE_CODE_EXPIRED');
});

test('rejects a deleted code, also for a second deletion', async () => {
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
  ['an expiry in the past', () => ({ expiresAt: after(-1) }), 'expiresAt'],
  ['an expiry now', () => ({ expiresAt: after(0) }), 'expiresAt'],
  ['an expiry more than a year ahead', () => ({ expiresAt: after(367 * DAY) }), 'expiresAt'],
  ['an expiry that is not a time', () => ({ expiresAt: 'tomorrow' }), 'expiresAt'],
  ['an expiry without an offset', () => ({ expiresAt: after(60).slice(0, -1) }), 'expiresAt'],
  [
    'an expiry on a day that does not exist',
    () => ({ expiresAt: '2027-02-30T00:00:00Z' }),
    'expiresAt',
  ],
  ['3 characters', () => ({ expiresAt: after(60), code: 'ANN' }), 'code'],
  ['21 characters', () => ({ expiresAt: after(60), code: 'A'.repeat(21) }), 'code'],
  ['an underscore', () => ({ expiresAt: after(60), code: 'ANNA_2026' }), 'code'],
  ['Cyrillic letters', () => ({ expiresAt: after(60), code: 'АННА2026' }), 'code'],
  ['a hyphen at the start', () => ({ expiresAt: after(60), code: '-ANNA' }), 'code'],
  ['a hyphen at the end', () => ({ expiresAt: after(60), code: 'ANNA-' }), 'code'],
  ['only hyphens', () => ({ expiresAt: after(60), code: '----' }), 'code'],
  ['a reserved word', () => ({ expiresAt: after(60), code: 'Admin' }), 'code'],
  ['an offensive word', () => ({ expiresAt: after(60), code: 'FUCK-YOU' }), 'code'],
  [
    'an offensive word in look-alike characters',
    () => ({ expiresAt: after(60), code: '5H1T-HEAD' }),
    'code',
  ],
  [
    'an offensive word spelled with hyphens',
    () => ({ expiresAt: after(60), code: 'F-U-C-K' }),
    'code',
  ],
])('rejects a new code: %s', async (_, input, field) => {
  const user = await signInWithoutCode();
  const { status, body } = await user.create(input());
  expect(status).toBe(400);
  expect(body.data.reason).toBe('INPUT_INVALID');
  expect(body.issues[0].path).toEqual([field]);
  expect((await app.rest('GET /referral/code', { token: user.token })).body).toBeNull();
});

test('accepts an expiry with any offset, up to exactly one year ahead', async () => {
  const user = await signInWithoutCode();
  const year = new Date(app.deps.clock());
  year.setUTCFullYear(year.getUTCFullYear() + 1);
  const local = new Date(+year + 3 * 3_600_000).toISOString().replace('Z', '+03:00');
  const { status, body } = await user.create({ expiresAt: local });
  expect(status).toBe(201);
  expect(body.expiresAt).toBe(year.toISOString());
});

test('creates one active code under concurrent requests', async () => {
  const user = await signInWithoutCode();
  const responses = await Promise.all(
    Array.from({ length: 12 }, () => user.create({ expiresAt: after(60) })),
  );
  expect(responses.map(({ status }) => status).sort()).toEqual([201, ...Array(11).fill(409)]);
  const reasons = responses
    .filter(({ status }) => status === 409)
    .map(({ body }) => body.data.reason);
  expect(new Set(reasons)).toEqual(new Set(['ACTIVE_INVITE_CODE_EXISTS']));
});

test('gives a custom code to one of many concurrent requests', async () => {
  const people = await Promise.all(Array.from({ length: 8 }, signInWithoutCode));
  const responses = await Promise.all(
    people.map(({ create }) => create({ code: 'WANTED', expiresAt: after(60) })),
  );
  const reasons = responses.map(({ body }) => body.data?.reason ?? 'created').sort();
  expect(reasons).toEqual([...Array(7).fill('INVITE_CODE_TAKEN'), 'created']);
});
