import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { testApp } from '../../test/harness.ts';
import { sweep } from './cleanup.ts';

test('one instance at a time; rows in use are left and nothing waits', async () => {
  const app = await testApp();
  const { database } = app.deps;
  await app.signIn();
  await app.signIn();
  app.wait(40 * 86_400);
  await database.transaction(async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(4719254)`);
    expect(await sweep(app.deps)).toEqual({ deleted: {}, skipped: true });
  });
  await database.transaction(async (tx) => {
    await tx.query(sql`select id from sessions order by id limit 1 for update`);
    expect((await sweep(app.deps)).deleted).toEqual({ session: 1, phone_code: 2 });
  });
  expect((await sweep(app.deps)).deleted).toEqual({ session: 1, phone_code: 0 });
});
