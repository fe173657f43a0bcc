import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeFor, linkPhone, newAccount } from '../../test/accounts.ts';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

test('links a phone, by which the user can then sign in', async () => {
  const { id, email, token } = await newAccount(app);
  const phone = newPhone();
  const { status, body } = await linkPhone(app, token, { phone, code: await codeFor(app, phone) });
  expect([status, body.phone, body.phoneVerified]).toEqual([200, phone, true]);

  app.advanceClock(60);
  const again = await app.signIn(phone);
  expect(again).toMatchObject({ isNewUser: false, user: { id, email, phone } });
});

test('refuses the phone of another account and leaves its code usable', async () => {
  const { token } = await newAccount(app);
  const phone = newPhone();
  const owner = await app.signIn(phone);
  app.advanceClock(60);
  const code = await codeFor(app, phone);
  const refused = await linkPhone(app, token, { phone, code });
  expect([refused.status, refused.body.data.reason]).toEqual([409, 'PHONE_TAKEN']);
  const { body } = await app.rest('POST /auth/verify', { body: { phone, code } });
  expect(body.user.id).toBe(owner.user.id);
});

test('links nothing with a wrong code, and counts the attempt', async () => {
  const { token } = await newAccount(app);
  const phone = newPhone();
  const code = await codeFor(app, phone);
  const wrong = String((Number(code) + 1) % 10_000).padStart(4, '0');
  const { body } = await linkPhone(app, token, { phone, code: wrong });
  expect(body.data).toMatchObject({ reason: 'CODE_WRONG', attemptsLeft: 4 });
  expect((await app.rest('GET /profile', { token })).body.phone).toBeNull();
});

test('gives the phone to one of several parallel requests', async () => {
  const users = await Promise.all([newAccount(app), newAccount(app), newAccount(app)]);
  const phone = newPhone();
  const code = await codeFor(app, phone);
  const responses = await Promise.all([
    ...users.map(({ token }) => linkPhone(app, token, { phone, code })),
    app.rest('POST /auth/verify', { body: { phone, code } }),
  ]);
  const won = responses.filter(({ status }) => status === 200);
  expect(won).toHaveLength(1);
  const owners = await app.deps.database.prisma.user.count({ where: { phone } });
  expect(owners).toBe(1);
  for (const { status } of responses) expect(status).toBeLessThan(500);
});

test('replaces the old phone, which can then sign up again', async () => {
  const [old, next] = [newPhone(), newPhone()];
  const { accessToken, user } = await app.signIn(old);
  const { body } = await linkPhone(app, accessToken, {
    phone: next,
    code: await codeFor(app, next),
  });
  expect(body).toMatchObject({ id: user.id, phone: next });
  app.advanceClock(60);
  expect((await app.signIn(old)).isNewUser).toBe(true);
});
