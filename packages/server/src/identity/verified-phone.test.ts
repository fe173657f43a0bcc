import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeFor, linkPhone, newAccount, newEmail, PASSWORD } from '../../test/accounts.ts';
import { newPhone, openTestApp, type TestApp, testApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

describe('a phone verification', () => {
  test('expires, and activating then requires a new code', async () => {
    const to = await testApp({ env: { PHONE_VERIFICATION_TTL: '600' } });
    const anna = await to.signIn();
    const boris = await to.signIn();
    const activate = () =>
      to.rest('POST /referral/activate', {
        token: boris.accessToken,
        body: { inviteCode: anna.user.inviteCode },
      });
    expect(boris.user.phoneVerified).toBe(true);
    to.advanceClock(600);
    const { body } = await to.rest('GET /profile', { token: boris.accessToken });
    expect(body.phoneVerified).toBe(false);
    const refused = await activate();
    expect([refused.status, refused.body.data.reason]).toEqual([
      403,
      'PHONE_VERIFICATION_REQUIRED',
    ]);

    const phone = boris.user.phone;
    const linked = await linkPhone(to, boris.accessToken, {
      phone,
      code: await codeFor(to, phone),
    });
    expect(linked.body.phoneVerified).toBe(true);
    expect((await activate()).status).toBe(200);
  });

  test('is required of users without a phone too, also at sign-up', async () => {
    const to = await testApp({ env: { PHONE_VERIFICATION_TTL: '600' } });
    const anna = await to.signIn();
    const body = { email: newEmail(), password: PASSWORD, inviteCode: anna.user.inviteCode };
    const refused = await to.rest('POST /auth/register', { body });
    expect(refused.body.data.reason).toBe('PHONE_VERIFICATION_REQUIRED');
    expect(
      (await to.rest('POST /auth/register', { body: { ...body, inviteCode: undefined } })).status,
    ).toBe(201);
    // A sign-up by phone has just verified the phone.
    const boris = await to.signIn(newPhone(), { inviteCode: anna.user.inviteCode });
    expect(boris.user.referrerId).toBe(anna.user.id);
  });

  test('is not required if PHONE_VERIFICATION_TTL is 0', async () => {
    const anna = await app.signIn();
    const { token } = await newAccount(app);
    const { status } = await app.rest('POST /referral/activate', {
      token,
      body: { inviteCode: anna.user.inviteCode },
    });
    expect(status).toBe(200);
  });
});
