import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestDatabase } from '../../test/harness.ts';
import {
  ADMIN,
  activateFrom,
  createUser,
  findings,
  openAbuseApp,
} from '../../test/referral-abuse.ts';
import type { Database } from '../database/port.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const ENFORCE = { REFERRAL_ABUSE: 'enforce' };

test('refuses activations and sign-ups, changes nothing, and stores the reason', async () => {
  const app = await openAbuseApp(database, ENFORCE);
  const anna = await createUser(app);
  const { inviteCode } = anna;
  for (let n = 0; n < 5; n++) await activateFrom(app, '10.8.1.1', anna);
  const headers = { 'x-forwarded-for': '10.8.1.1' };
  const boris = await app.signIn(newPhone());
  const token = boris.accessToken;
  const activate = (headers = {}) =>
    app.rest('POST /referral/activate', { token, headers, body: { inviteCode } });
  expect(await activate(headers)).toMatchObject({
    status: 403,
    body: { data: { reason: 'ACTIVATION_REFUSED' } },
  });

  const phone = newPhone();
  const { body: requested } = await app.rest('POST /auth/code', { body: { phone } });
  const signUp = (more: object = {}) =>
    app.rest('POST /auth/verify', { body: { phone, code: requested.devCode, ...more }, headers });
  expect((await signUp({ inviteCode })).body.data.reason).toBe('ACTIVATION_REFUSED');
  expect(await database.prisma.user.count({ where: { phone } })).toBe(0);
  expect((await signUp()).status).toBe(200);

  expect(await database.prisma.referral.count({ where: { referrerId: anna.id } })).toBe(5);
  expect(await findings(app, anna)).toMatchObject([
    { rule: 'same_address', refused: true, refereeId: null },
    { rule: 'same_address', refused: true, refereeId: boris.user.id },
  ]);
  expect((await activate()).status).toBe(200);
});

test('applies a limit to concurrent activations', async () => {
  const app = await openAbuseApp(database, ENFORCE);
  const anna = await createUser(app);
  const users = await Promise.all(Array.from({ length: 20 }, () => createUser(app)));
  const outcomes = await Promise.all(
    users.map((user) => activateFrom(app, '10.10.1.1', anna, user)),
  );
  expect(outcomes.filter((outcome) => outcome === 'activated')).toHaveLength(5);
  expect(outcomes.filter((outcome) => outcome === 'ACTIVATION_REFUSED')).toHaveLength(15);
  expect(await findings(app, anna)).toHaveLength(15);
});

test('only records activations from an exempt address', async () => {
  const app = await openAbuseApp(database, ENFORCE);
  const anna = await createUser(app);
  for (let n = 0; n < 7; n++) expect(await activateFrom(app, '192.0.2.1', anna)).toBe('activated');
  expect(await findings(app, anna)).toMatchObject([{ rule: 'same_address', refused: false }]);
});

test('does nothing if REFERRAL_ABUSE is off', async () => {
  const app = await openAbuseApp(database, { REFERRAL_ABUSE: 'off' });
  const anna = await createUser(app);
  for (let n = 0; n < 7; n++) await activateFrom(app, '10.11.1.1', anna);
  expect(await findings(app, anna)).toEqual([]);
});

test('returns findings in pages, to admins only', async () => {
  const app = await openAbuseApp(database);
  const anna = await app.signIn(newPhone());
  expect(await app.rest('GET /admin/findings', { token: anna.accessToken })).toMatchObject({
    status: 403,
  });
  const { accessToken: token } = await app.signIn(ADMIN);
  const all = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await app.rest(`GET /admin/findings?limit=3${cursor && `&cursor=${cursor}`}`, {
      token,
    });
    all.push(...body.items);
    cursor = body.nextCursor;
  }
  expect(all).toHaveLength(await database.prisma.referralFinding.count());
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
});
