import { pino } from 'pino';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';
import { startCleanup, sweep } from './cleanup.ts';

const DAY = 86_400;

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const count = async (statement: ReturnType<typeof sql>) => {
  const [row] = await app.deps.database.query<{ count: string }>(statement);
  return Number(row?.count);
};
const sessions = () => count(sql`select count(*) from sessions`);
const codes = () => count(sql`select count(*) from phone_codes`);
const tokens = () => count(sql`select count(*) from refresh_tokens`);

test('deletes what has expired and nothing else', async () => {
  const { refreshToken } = await app.signIn();
  app.wait(10 * DAY);
  const { accessToken } = await app.signIn();
  await app.rest('POST /auth/refresh', { body: { refreshToken } });
  expect([await sessions(), await tokens(), await codes()]).toEqual([2, 3, 2]);
  expect(await sweep(app.deps)).toEqual({ deleted: { session: 0, phone_code: 1 }, skipped: false });

  // The first was refreshed after ten days, so both end in thirty.
  app.wait(29 * DAY);
  await app.signIn();
  expect((await sweep(app.deps)).deleted).toEqual({ session: 0, phone_code: 1 });
  app.wait(DAY);
  expect((await sweep(app.deps)).deleted).toEqual({ session: 2, phone_code: 0 });
  expect([await sessions(), await tokens(), await codes()]).toEqual([1, 1, 1]);
  expect((await app.rest('GET /profile', { token: accessToken })).status).toBe(401);
});

test('a phone’s failures of the day outlive its code by a day', async () => {
  const phone = newPhone();
  await app.rest('POST /auth/code', { body: { phone } });
  app.wait(DAY + 299);
  await sweep(app.deps);
  expect(await count(sql`select count(*) from phone_codes where phone = ${phone}`)).toBe(1);
  app.wait(2);
  await sweep(app.deps);
  expect(await count(sql`select count(*) from phone_codes where phone = ${phone}`)).toBe(0);
});

test('many go in batches', async () => {
  const now = new Date(app.deps.clock() - 2 * DAY * 1000);
  await app.deps.database.query(sql`
    insert into phone_codes (phone, challenge_id, expires_at)
    select '+7999' || n, gen_random_uuid(), ${now} from generate_series(1000000, 1002499) n`);
  const transaction = vi.spyOn(app.deps.database, 'transaction');
  expect((await sweep(app.deps)).deleted['phone_code']).toBe(2_500);
  expect(transaction).toHaveBeenCalledTimes(4);
  transaction.mockRestore();
});

test('a round that fails is counted, and the next one runs', async () => {
  const { database, metrics, clock } = app.deps;
  const broken = { ...database, transaction: vi.fn().mockRejectedValueOnce(new Error('away')) };
  broken.transaction.mockImplementation(database.transaction);
  const house = startCleanup(
    { database: broken, metrics, clock, log: pino({ level: 'silent' }) },
    0.01,
  );
  await vi.waitFor(async () => {
    const { text } = await metrics.read();
    expect(text).toContain('invitree_cleanup_runs_total{outcome="failed"} 1');
    expect(text).toMatch(/invitree_cleanup_runs_total\{outcome="done"\} [1-9]/);
  });
  await house.close();
});
