import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestDatabase, testApp } from '../../../test/harness.ts';
import type { Database } from '../../database/port.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('in production, codes of admins and future admins have at least 6 digits', async () => {
  const [user, admin, future] = [newPhone(), newPhone(), newPhone()];
  const env = { NODE_ENV: 'production', CODE_LENGTH: '4', ADMIN_PHONES: future };
  const app = await testApp({ database, env });
  await database.query(sql`
    insert into users (id, phone, phone_verified_at, role, created_at)
    values (gen_random_uuid(), ${admin}, now(), 'admin', now())`);
  const codeOf = async (phone: string) => {
    const { body } = await app.rest('POST /auth/code', { body: { phone } });
    const [code] = /\d+/.exec(app.outbox.findLast(({ to }) => to === phone)?.text ?? '') ?? [];
    expect(body.codeLength).toBe(code?.length);
    return code;
  };
  expect(await codeOf(user)).toMatch(/^\d{4}$/);
  expect(await codeOf(admin)).toMatch(/^\d{6}$/);
  expect(await codeOf(future)).toMatch(/^\d{6}$/);
  const development = await testApp({ database, env: { ADMIN_PHONES: future } });
  const { body } = await development.rest('POST /auth/code', { body: { phone: newPhone() } });
  expect(body.codeLength).toBe(4);
});

test('in production, a test code signs in a user but not an admin', async () => {
  const phone = newPhone();
  const TEST_PHONES = `${phone}:123456`;
  const env = { NODE_ENV: 'production', TEST_PHONES, TEST_PHONES_IN_PRODUCTION: 'yes' };
  const app = await testApp({ database, env });
  const signIn = async (where: typeof app) => {
    await where.rest('POST /auth/code', { body: { phone } });
    return where.rest('POST /auth/verify', { body: { phone, code: '123456' } });
  };
  expect((await signIn(app)).status).toBe(200);
  await app.rest('POST /auth/code', { body: { phone } });
  // The role comes after the code was issued.
  await database.query(sql`update users set role = 'admin' where phone = ${phone}`);
  const issuedBefore = await app.rest('POST /auth/verify', { body: { phone, code: '123456' } });
  expect(issuedBefore.body.data.reason).toBe('CODE_WRONG');
  expect((await signIn(app)).body.data.reason).toBe('CODE_WRONG');
  const form = `grant_type=password&username=${encodeURIComponent(phone)}&password=123456`;
  const oauth = await app.send('POST', '/oauth/token', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
  });
  expect(oauth.body).toMatchObject({ error: 'invalid_grant', reason: 'CODE_WRONG' });
  const development = await testApp({ database, env: { TEST_PHONES } });
  expect((await signIn(development)).status).toBe(200);
});
