import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { expect, test, vi } from 'vitest';
import { newPhone, testApp } from '../../test/harness.ts';

test('a sign-up signs in to the account that another request has just created', async () => {
  const app = await testApp();
  const { database } = app.deps;
  const phone = newPhone();
  const { body: requested } = await app.rest('POST /auth/code', { body: { phone } });
  const id = uuidv7();
  const { signingIn } = await database.transaction(async (tx) => {
    await tx.query(sql`insert into users (id, phone, created_at) values (${id}, ${phone}, now())`);
    const signingIn = app.rest('POST /auth/verify', { body: { phone, code: requested.devCode } });
    await vi.waitFor(async () =>
      expect(
        await database.query(sql`
          select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`),
      ).toHaveLength(1),
    );
    return { signingIn };
  });
  expect(await signingIn).toMatchObject({
    status: 200,
    body: { isNewUser: false, user: { id, phone } },
  });
});
