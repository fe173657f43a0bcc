import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';
import type { Sql } from '../database/port.ts';
import { localBroadcast } from '../redis/broadcast.ts';
import { type CachedInviteCode, createInviteCodeCache } from './invite-code-cache.ts';

/** A database whose queries resolve when `respond` is called. */
function manualDatabase() {
  const waiting: ((rows: CachedInviteCode[]) => void)[] = [];
  const sql: Sql = {
    query: <Row>() => new Promise<Row[]>((resolve) => waiting.push(resolve as () => void)),
  };
  return { sql, respond: (...rows: CachedInviteCode[]) => waiting.shift()?.(rows) };
}

const anna = { expiresAt: null, referrerName: 'Anna' };

test('queries once for concurrent lookups, and not again afterwards', async () => {
  const { sql, respond } = manualDatabase();
  const cache = await createInviteCodeCache(sql, localBroadcast());
  const lookup = Promise.all(Array.from({ length: 50 }, () => cache.find('ANNA')));
  respond(anna);
  expect(await lookup).toEqual(Array(50).fill(anna));
  expect(await cache.find('ANNA')).toEqual(anna);
  expect(cache).toMatchObject({ misses: 1, hits: 50 });
});

test('caches that a code does not exist', async () => {
  const { sql, respond } = manualDatabase();
  const cache = await createInviteCodeCache(sql, localBroadcast());
  const lookup = cache.find('NOBODY');
  respond();
  expect(await lookup).toBeNull();
  expect(await cache.find('NOBODY')).toBeNull();
  expect(cache.misses).toBe(1);
});

test('does not cache what was read before a change', async () => {
  const { sql, respond } = manualDatabase();
  const cache = await createInviteCodeCache(sql, localBroadcast());
  const before = cache.find('ANNA');
  await setImmediate();
  await cache.forget('ANNA');
  const after = cache.find('ANNA');
  respond(anna);
  respond();
  expect(await before).toEqual(anna);
  expect(await after).toBeNull();
  expect(await cache.find('ANNA')).toBeNull();
});

test('does not cache a failed lookup', async () => {
  let failures = 1;
  const sql: Sql = {
    async query<Row>() {
      if (failures-- > 0) throw new Error('unreachable');
      return [anna] as Row[];
    },
  };
  const cache = await createInviteCodeCache(sql, localBroadcast());
  await expect(cache.find('ANNA')).rejects.toThrow('unreachable');
  expect(await cache.find('ANNA')).toEqual(anna);
});

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app?.close());

test('shows changes immediately, and activates without the cache', async () => {
  const { accessToken: token, user } = await app.signIn(newPhone());
  const check = async (code = user.inviteCode) =>
    (await app.rest(`GET /referral/codes/${code}`)).body;
  const expiresAt = new Date(app.deps.clock() + 60_000).toISOString();
  expect(await check()).toMatchObject({ valid: true, referrerName: null });
  await app.rest('PATCH /profile', { token, body: { displayName: 'Anna' } });
  expect(await check()).toMatchObject({ valid: true, referrerName: 'Anna' });
  expect((await check('ANNA-NEXT')).valid).toBe(false);
  await app.rest('DELETE /referral/code', { token });
  expect((await check()).valid).toBe(false);
  await app.rest('POST /referral/code', { token, body: { code: 'ANNA-NEXT', expiresAt } });
  expect(await check('anna-next')).toEqual({
    code: 'ANNA-NEXT',
    valid: true,
    expiresAt,
    referrerName: 'Anna',
  });
  app.advanceClock(60);
  expect(await check('ANNA-NEXT')).toMatchObject({ valid: false, referrerName: null });
  await app.rest('POST /referral/code', {
    token,
    body: { code: 'ANNA-LAST', expiresAt: new Date(app.deps.clock() + 60_000).toISOString() },
  });
  expect((await check('ANNA-LAST')).valid).toBe(true);

  // Bypasses the cache.
  await app.deps.database.prisma.user.update({
    where: { id: user.id },
    data: { status: 'blocked' },
  });
  expect((await check('ANNA-LAST')).valid).toBe(true);
  const { accessToken } = await app.signIn(newPhone());
  const { body } = await app.rest('POST /referral/activate', {
    token: accessToken,
    body: { inviteCode: 'ANNA-LAST' },
  });
  expect(body.data.reason).toBe('REFERRER_BLOCKED');
});

test.each(['%00', '%F0%9F%99%82', "'%3B--", '%25', 'A'.repeat(64), '___'])(
  'accepts a text that cannot be a code: %s',
  async (text) => {
    const { status, body } = await app.rest(`GET /referral/codes/${text}`);
    expect(status).toBe(200);
    expect(body.valid).toBe(false);
    const { accessToken: token } = await app.signIn(newPhone());
    const inviteCode = decodeURIComponent(text);
    const refused = await app.rest('POST /referral/activate', { token, body: { inviteCode } });
    expect(refused.body.data.reason).toBe('INVITE_CODE_NOT_FOUND');
  },
);
