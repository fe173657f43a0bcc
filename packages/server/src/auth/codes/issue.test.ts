import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestDatabase, testApp } from '../../../test/harness.ts';
import type { Database } from '../../database/port.ts';
import { issueCode } from './issue.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('issues random codes of the configured length', async () => {
  const app = await testApp({ database, env: { CODE_LENGTH: '6', CODE_RESEND_AFTER: '0' } });
  const codes = new Set<string>();
  for (let n = 0; n < 30; n++) {
    const { code } = await issueCode(app.deps, {
      phone: newPhone(),
      purpose: 'signIn',
      ip: '127.0.0.1',
    });
    expect(code).toMatch(/^\d{6}$/);
    codes.add(code);
  }
  expect(codes.size).toBeGreaterThan(25);
});

test('requests and wrong codes for a phone do not sign its owner out', async () => {
  const app = await testApp({ database });
  const phone = newPhone();
  const owner = await app.signIn(phone);
  app.advanceClock(60);
  for (let n = 0; n < 12; n++) {
    await app.rest('POST /auth/code', { body: { phone } });
    for (let attempt = 0; attempt < 6; attempt++)
      await app.rest('POST /auth/verify', { body: { phone, code: '000000' } });
    app.advanceClock(60);
  }
  const refused = await app.rest('POST /auth/code', { body: { phone } });
  expect(refused.body.data.reason).toBe('RATE_LIMITED');
  expect((await app.rest('GET /profile', { token: owner.accessToken })).status).toBe(200);
  const { refreshToken } = owner;
  const refreshed = await app.rest('POST /auth/refresh', { body: { refreshToken } });
  expect(refreshed.status).toBe(200);
});

test('limits the codes for a phone whose account is deleted repeatedly', async () => {
  const app = await testApp({ database, env: { CODE_RESEND_AFTER: '0' } });
  const phone = newPhone();
  let signIns = 0;
  for (let n = 0; n < 15; n++) {
    const { body: requested } = await app.rest('POST /auth/code', { body: { phone } });
    if (!requested.devCode) continue;
    signIns += 1;
    const { body } = await app.rest('POST /auth/verify', {
      body: { phone, code: requested.devCode },
    });
    await app.rest('DELETE /profile?confirm=true', { token: body.accessToken });
  }
  // One before the first deletion, then a day's limit of 10.
  expect(signIns).toBe(11);
});
