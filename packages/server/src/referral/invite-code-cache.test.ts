import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';
import type { Sql } from '../database/port.ts';
import { localBroadcast } from '../redis/broadcast.ts';
import { createInviteCodeCache, type KnownInviteCode } from './invite-code-cache.ts';

/** A table that answers when told to. */
function slowTable() {
  const waiting: ((rows: KnownInviteCode[]) => void)[] = [];
  const sql: Sql = {
    query: <Row>() => new Promise<Row[]>((resolve) => waiting.push(resolve as () => void)),
  };
  return { sql, answer: (...rows: KnownInviteCode[]) => waiting.shift()?.(rows) };
}

const anna = { expiresAt: null, referrerName: 'Anna' };

test('many who ask at once are one query, and those after them none', async () => {
  const { sql, answer } = slowTable();
  const cache = await createInviteCodeCache(sql, localBroadcast());
  const asked = Promise.all(Array.from({ length: 50 }, () => cache.find('ANNA')));
  answer(anna);
  expect(await asked).toEqual(Array(50).fill(anna));
  expect(await cache.find('ANNA')).toEqual(anna);
  expect(cache).toMatchObject({ misses: 1, hits: 50 });
});

test('that there is no such code is remembered too', async () => {
  const { sql, answer } = slowTable();
  const cache = await createInviteCodeCache(sql, localBroadcast());
  const asked = cache.find('NOBODY');
  answer();
  expect(await asked).toBeNull();
  expect(await cache.find('NOBODY')).toBeNull();
  expect(cache.misses).toBe(1);
});

test('what was read before a change is not kept after it', async () => {
  const { sql, answer } = slowTable();
  const cache = await createInviteCodeCache(sql, localBroadcast());
  const before = cache.find('ANNA');
  await setImmediate();
  await cache.forget('ANNA');
  const after = cache.find('ANNA');
  answer(anna);
  answer();
  expect(await before).toEqual(anna);
  expect(await after).toBeNull();
  expect(await cache.find('ANNA')).toBeNull();
});

test('a failed look-up is not remembered', async () => {
  let failures = 1;
  const sql: Sql = {
    async query<Row>() {
      if (failures-- > 0) throw new Error('away');
      return [anna] as Row[];
    },
  };
  const cache = await createInviteCodeCache(sql, localBroadcast());
  await expect(cache.find('ANNA')).rejects.toThrow('away');
  expect(await cache.find('ANNA')).toEqual(anna);
});

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

test('every change of a code or its owner shows at once, and activation never asks the cache', async () => {
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
  app.wait(60);
  expect(await check('ANNA-NEXT')).toMatchObject({ valid: false, referrerName: null });
  await app.rest('POST /referral/code', {
    token,
    body: { code: 'ANNA-LAST', expiresAt: new Date(app.deps.clock() + 60_000).toISOString() },
  });
  expect((await check('ANNA-LAST')).valid).toBe(true);

  // Behind the cache's back.
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
  'what can be no code is no fault: %s',
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
