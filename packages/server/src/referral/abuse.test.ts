import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPhone, type openTestApp, openTestDatabase, testApp } from '../../test/harness.ts';
import type { Database } from '../database/port.ts';
import { rememberDeletedIdentity } from '../identity/deleted-identities.ts';
import { activate } from './activate.ts';

const ADMIN = '+79997654321';
let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const open = (env: Record<string, string> = {}) =>
  testApp({
    database,
    env: {
      TRUST_PROXY: '127.0.0.1',
      ADMIN_PHONES: ADMIN,
      TEST_PHONES: `${ADMIN}:1234`,
      RATE_LIMIT_EXEMPT: '127.0.0.1,192.0.2.0/24',
      ...env,
    },
  });
type App = Awaited<ReturnType<typeof openTestApp>>;

/** A user by the shortest way. */
async function newUser(app: App, identity: { phone?: string; email?: string } = {}) {
  const id = uuidv7();
  const inviteCode = id.slice(-12).toUpperCase();
  const createdAt = new Date(app.deps.clock());
  await database.prisma.user.create({ data: { id, createdAt, ...identity } });
  await database.prisma.inviteCode.create({ data: { code: inviteCode, userId: id, createdAt } });
  return { id, inviteCode };
}
type User = Awaited<ReturnType<typeof newUser>>;

/** What came of an activation from an address. */
async function activateFrom(app: App, ip: string, referrer: User, user?: User) {
  const { id: userId } = user ?? (await newUser(app));
  const { inviteCode } = referrer;
  return database
    .transaction((tx) => activate(app.deps, tx, { userId, inviteCode, ip }))
    .then(
      () => 'activated',
      (error) => error.reason as string,
    );
}

async function findings(app: App, referrer: User, more = '') {
  const { accessToken: token } = await app.signIn(ADMIN);
  const { status, body } = await app.rest(
    `GET /admin/findings?limit=100&userId=${referrer.id}${more}`,
    { token },
  );
  expect(status).toBe(200);
  return body.items as {
    rule: string;
    refused: boolean;
    refereeId: string | null;
    reason: string;
  }[];
}

describe('recording', () => {
  test('many activations of one code from one address, once a day', async () => {
    const app = await open();
    const anna = await newUser(app);
    for (let n = 0; n < 5; n++) await activateFrom(app, '10.1.1.1', anna);
    expect(await findings(app, anna)).toEqual([]);
    for (let n = 0; n < 3; n++) expect(await activateFrom(app, '10.1.1.1', anna)).toBe('activated');
    const found = await findings(app, anna);
    expect(found).toMatchObject([
      { rule: 'same_address', refused: false, refereeId: expect.any(String) },
    ]);
    expect(found[0]?.reason).toBe(
      'At least 5 others activated this code from this address within 24 hours',
    );
    app.wait(24 * 3600);
    await activateFrom(app, '10.1.1.1', anna);
    expect(await findings(app, anna)).toHaveLength(1);
  });

  test('from one subnet, by IPv6 too', async () => {
    const app = await open();
    const anna = await newUser(app);
    for (let n = 0; n <= 20; n++) await activateFrom(app, `2001:db8:0:${n}::1`, anna);
    expect((await findings(app, anna)).map(({ rule }) => rule)).toEqual(['same_subnet']);
  });

  test('a burst from everywhere, and not the same in slow motion', async () => {
    const app = await open();
    const [anna, boris] = [await newUser(app), await newUser(app)];
    for (let n = 0; n <= 30; n++) await activateFrom(app, `10.2.${n}.1`, anna);
    for (let n = 0; n <= 30; n++) {
      await activateFrom(app, `10.3.${n}.1`, boris);
      app.wait(60);
    }
    expect((await findings(app, anna)).map(({ rule }) => rule)).toEqual(['burst']);
    expect(await findings(app, boris)).toEqual([]);
    expect(await findings(app, anna, '&rule=same_address')).toEqual([]);
  });

  test('throw-away emails', async () => {
    const app = await open();
    const anna = await newUser(app);
    const boris = await newUser(app, { email: 'boris@mailinator.com' });
    const vera = await newUser(app, { email: 'vera@example.org' });
    await activateFrom(app, '10.4.0.1', anna, boris);
    await activateFrom(app, '10.4.0.2', anna, vera);
    expect(await findings(app, anna)).toMatchObject([
      { rule: 'throwaway_email', refereeId: boris.id },
    ]);
  });

  test('someone who deleted an account to be invited anew, for 30 days', async () => {
    const app = await open();
    const anna = await newUser(app);
    const [soon, late] = [newPhone(), newPhone()];
    for (const phone of [soon, late])
      await rememberDeletedIdentity(app.deps, database, { phone, email: null });
    await activateFrom(app, '10.5.0.1', anna, await newUser(app, { phone: soon }));
    const kept = await database.prisma.deletedIdentity.findMany();
    expect(kept.map(({ hash }) => Buffer.from(hash).toString()).join()).not.toContain(soon);
    app.wait(31 * 24 * 3600);
    await activateFrom(app, '10.5.0.2', anna, await newUser(app, { phone: late }));
    expect((await findings(app, anna)).map(({ rule }) => rule)).toEqual(['after_deletion']);
    await rememberDeletedIdentity(app.deps, database, { phone: null, email: 'a@example.org' });
    expect(await database.prisma.deletedIdentity.count()).toBe(1);
  });

  test('keeps origins for two days and no longer', async () => {
    const app = await open();
    await activateFrom(app, '10.6.0.1', await newUser(app));
    const old = await database.prisma.activationOrigin.count();
    app.wait(400 * 24 * 3600);
    const boris = await newUser(app);
    const joins = Math.ceil(old / 2);
    for (let n = 0; n < joins; n++) await activateFrom(app, `10.7.${n}.1`, boris);
    expect(await database.prisma.activationOrigin.count()).toBe(joins);
  });
});

describe('enforcing', () => {
  const enforce = { REFERRAL_ABUSE: 'enforce' };

  test('refuses over both ways in, changes nothing, and stores why', async () => {
    const app = await open(enforce);
    const anna = await newUser(app);
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
    const { body: asked } = await app.rest('POST /auth/code', { body: { phone } });
    const signUp = (more: object = {}) =>
      app.rest('POST /auth/verify', { body: { phone, code: asked.devCode, ...more }, headers });
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

  test('lets no race past a rule', async () => {
    const app = await open(enforce);
    const anna = await newUser(app);
    const users = await Promise.all(Array.from({ length: 20 }, () => newUser(app)));
    const outcomes = await Promise.all(
      users.map((user) => activateFrom(app, '10.10.1.1', anna, user)),
    );
    expect(outcomes.filter((outcome) => outcome === 'activated')).toHaveLength(5);
    expect(outcomes.filter((outcome) => outcome === 'ACTIVATION_REFUSED')).toHaveLength(15);
    expect(await findings(app, anna)).toHaveLength(15);
  });

  test('only records what comes from an exempt address', async () => {
    const app = await open(enforce);
    const anna = await newUser(app);
    for (let n = 0; n < 7; n++)
      expect(await activateFrom(app, '192.0.2.1', anna)).toBe('activated');
    expect(await findings(app, anna)).toMatchObject([{ rule: 'same_address', refused: false }]);
  });

  test('does nothing when off', async () => {
    const app = await open({ REFERRAL_ABUSE: 'off' });
    const anna = await newUser(app);
    for (let n = 0; n < 7; n++) await activateFrom(app, '10.11.1.1', anna);
    expect(await findings(app, anna)).toEqual([]);
  });
});

test('findings are for admins, in pages', async () => {
  const app = await open();
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
