import { pino } from 'pino';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';
import { cleanUp, startCleanup } from './cleanup.ts';

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

test('deletes expired rows and nothing else', async () => {
  const { refreshToken } = await app.signIn();
  app.advanceClock(10 * DAY);
  const { accessToken } = await app.signIn();
  await app.rest('POST /auth/refresh', { body: { refreshToken } });
  expect([await sessions(), await tokens(), await codes()]).toEqual([2, 3, 2]);
  expect(await cleanUp(app.deps)).toEqual({
    deleted: { session: 0, phone_code: 1 },
    skipped: false,
  });

  // The first session was refreshed after ten days, so both expire in thirty.
  app.advanceClock(29 * DAY);
  await app.signIn();
  expect((await cleanUp(app.deps)).deleted).toEqual({ session: 0, phone_code: 1 });
  app.advanceClock(DAY);
  expect((await cleanUp(app.deps)).deleted).toEqual({ session: 2, phone_code: 0 });
  expect([await sessions(), await tokens(), await codes()]).toEqual([1, 1, 1]);
  expect((await app.rest('GET /profile', { token: accessToken })).status).toBe(401);
});

test('keeps a phone’s wrong guesses for a day after its code expired', async () => {
  const phone = newPhone();
  await app.rest('POST /auth/code', { body: { phone } });
  app.advanceClock(DAY + 299);
  await cleanUp(app.deps);
  expect(await count(sql`select count(*) from phone_codes where phone = ${phone}`)).toBe(1);
  app.advanceClock(2);
  await cleanUp(app.deps);
  expect(await count(sql`select count(*) from phone_codes where phone = ${phone}`)).toBe(0);
});

test('deletes many rows in batches', async () => {
  const now = new Date(app.deps.clock() - 2 * DAY * 1000);
  await app.deps.database.query(sql`
    insert into phone_codes (phone, challenge_id, expires_at)
    select '+7999' || n, gen_random_uuid(), ${now} from generate_series(1000000, 1002499) n`);
  const transaction = vi.spyOn(app.deps.database, 'transaction');
  onTestFinished(() => transaction.mockRestore());
  expect((await cleanUp(app.deps)).deleted['phone_code']).toBe(2_500);
  expect(transaction).toHaveBeenCalledTimes(4);
});

test('counts a failed round and runs the next one', async () => {
  const { database, metrics, clock } = app.deps;
  const broken = {
    ...database,
    transaction: vi.fn().mockRejectedValueOnce(new Error('connection lost')),
  };
  broken.transaction.mockImplementation(database.transaction);
  const cleanup = startCleanup(
    { database: broken, metrics, clock, log: pino({ level: 'silent' }) },
    0.01,
  );
  onTestFinished(() => cleanup.close());
  await vi.waitFor(async () => {
    const { text } = await metrics.read();
    expect(text).toContain('invitree_cleanup_runs_total{outcome="failed"} 1');
    expect(text).toMatch(/invitree_cleanup_runs_total\{outcome="done"\} [1-9]/);
  });
});
