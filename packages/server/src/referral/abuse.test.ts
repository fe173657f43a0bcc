import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestDatabase } from '../../test/harness.ts';
import { activateFrom, createUser, findings, openAbuseApp } from '../../test/referral-abuse.ts';
import type { Database } from '../database/port.ts';
import { rememberDeletedIdentity } from '../identity/deleted-identities.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

test('records many activations of one code from one address, once a day', async () => {
  const app = await openAbuseApp(database);
  const anna = await createUser(app);
  for (let n = 0; n < 5; n++) await activateFrom(app, '10.1.1.1', anna);
  expect(await findings(app, anna)).toEqual([]);
  for (let n = 0; n < 3; n++) expect(await activateFrom(app, '10.1.1.1', anna)).toBe('activated');
  const found = await findings(app, anna);
  expect(found).toMatchObject([
    { rule: 'same_address', refused: false, refereeId: expect.any(String) },
  ]);
  expect(found[0]?.reason).toBe(
    "At least 5 other users activated this referrer's codes from this address within 24 hours",
  );
  app.advanceClock(24 * 3600);
  await activateFrom(app, '10.1.1.1', anna);
  expect(await findings(app, anna)).toHaveLength(1);
});

test('records many activations from one subnet, including IPv6', async () => {
  const app = await openAbuseApp(database);
  const anna = await createUser(app);
  for (let n = 0; n <= 20; n++) await activateFrom(app, `2001:db8:0:${n}::1`, anna);
  expect((await findings(app, anna)).map(({ rule }) => rule)).toEqual(['same_subnet']);
});

test('records a burst, but not the same number over a longer time', async () => {
  const app = await openAbuseApp(database);
  const [anna, boris] = [await createUser(app), await createUser(app)];
  for (let n = 0; n <= 30; n++) await activateFrom(app, `10.2.${n}.1`, anna);
  for (let n = 0; n <= 30; n++) {
    await activateFrom(app, `10.3.${n}.1`, boris);
    app.advanceClock(60);
  }
  expect((await findings(app, anna)).map(({ rule }) => rule)).toEqual(['burst']);
  expect(await findings(app, boris)).toEqual([]);
  expect(await findings(app, anna, '&rule=same_address')).toEqual([]);
});

test('records disposable emails, also of subdomains', async () => {
  const app = await openAbuseApp(database);
  const anna = await createUser(app);
  const boris = await createUser(app, { email: 'boris@mailinator.com' });
  const galya = await createUser(app, { email: 'galya@any.mail.mailinator.com' });
  const vera = await createUser(app, { email: 'vera@example.org' });
  await activateFrom(app, '10.4.0.1', anna, boris);
  await activateFrom(app, '10.4.0.2', anna, vera);
  await activateFrom(app, '10.4.0.3', anna, galya);
  expect(await findings(app, anna)).toMatchObject([
    { rule: 'throwaway_email', refereeId: galya.id },
    { rule: 'throwaway_email', refereeId: boris.id },
  ]);
});

test('records a phone whose account was deleted in the last 30 days', async () => {
  const app = await openAbuseApp(database);
  const anna = await createUser(app);
  const [soon, late] = [newPhone(), newPhone()];
  for (const phone of [soon, late])
    await rememberDeletedIdentity(app.deps, database, { phone, email: null });
  await activateFrom(app, '10.5.0.1', anna, await createUser(app, { phone: soon }));
  const stored = await database.prisma.deletedIdentity.findMany();
  expect(stored.map(({ hash }) => Buffer.from(hash).toString()).join()).not.toContain(soon);
  app.advanceClock(31 * 24 * 3600);
  await activateFrom(app, '10.5.0.2', anna, await createUser(app, { phone: late }));
  expect((await findings(app, anna)).map(({ rule }) => rule)).toEqual(['after_deletion']);
  await rememberDeletedIdentity(app.deps, database, { phone: null, email: 'a@example.org' });
  expect(await database.prisma.deletedIdentity.count()).toBe(1);
});

test('stores origins for two days', async () => {
  const app = await openAbuseApp(database);
  await activateFrom(app, '10.6.0.1', await createUser(app));
  const old = await database.prisma.activationOrigin.count();
  app.advanceClock(400 * 24 * 3600);
  const boris = await createUser(app);
  const joins = Math.ceil(old / 2);
  for (let n = 0; n < joins; n++) await activateFrom(app, `10.7.${n}.1`, boris);
  expect(await database.prisma.activationOrigin.count()).toBe(joins);
});
