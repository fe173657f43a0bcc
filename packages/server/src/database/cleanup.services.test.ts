import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { testApp } from '../../test/harness.ts';
import { cleanUp } from './cleanup.ts';

test('runs on one instance at a time and skips locked rows without waiting', async () => {
  const app = await testApp();
  const { database } = app.deps;
  await app.signIn();
  await app.signIn();
  app.advanceClock(40 * 86_400);
  await database.transaction(async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(4719254)`);
    expect(await cleanUp(app.deps)).toEqual({ deleted: {}, skipped: true });
  });
  await database.transaction(async (tx) => {
    await tx.query(sql`select id from sessions order by id limit 1 for update`);
    expect((await cleanUp(app.deps)).deleted).toEqual({ session: 1, phone_code: 2 });
  });
  expect((await cleanUp(app.deps)).deleted).toEqual({ session: 1, phone_code: 0 });
});
