import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPhone, openTestDatabase, testApp } from '../../../test/harness.ts';
import { HOUR } from '../../core/time.ts';
import type { Database } from '../../database/port.ts';
import type { HourlyCount } from '../../redis/port.ts';
import { memoryTally } from '../../redis/tally.ts';
import { exceedsLimit, secondsUntilAllowed } from './pumping.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const open = (env: Record<string, string>, tally = memoryTally()) =>
  testApp({ database, env: { RATE_LIMIT_EXEMPT: '192.0.2.0/24', ...env }, deps: { tally } });
type App = Awaited<ReturnType<typeof open>>;
const requestCode = (app: App, phone: string, locale = 'en') =>
  app.rest('POST /auth/code', { body: { phone }, headers: { 'accept-language': locale } });

describe('countries', () => {
  test('that are not served are named in the error, and nothing is counted or sent', async () => {
    const app = await open({ SMS_COUNTRIES_ALLOWED: 'RU,KZ', SMS_COUNTRIES_DENIED: 'KZ' });
    const german = await requestCode(app, '+49 1512 3456789');
    expect(german).toMatchObject({
      status: 400,
      body: { data: { reason: 'PHONE_INVALID', country: 'DE' } },
    });
    expect(german.body.message).toBe('Codes are not sent to phones of this country (Germany).');
    expect((await requestCode(app, '+77012345678', 'ru')).body.message).toContain('Казахстан');
    expect((await requestCode(app, newPhone())).status).toBe(200);
    expect(app.outbox).toHaveLength(1);
    expect(await database.prisma.phoneCode.count({ where: { phone: '+4915123456789' } })).toBe(0);
  });

  test('for networks of no country are refused unless allowed', async () => {
    const satellite = '+881612345678';
    expect((await requestCode(await open({}), satellite)).status).toBe(400);
    const app = await open({ SMS_COUNTRIES_ALLOWED: 'RU,001' });
    expect((await requestCode(app, satellite)).status).toBe(200);
  });

  test('are validated at startup', async () => {
    await expect(open({ SMS_COUNTRIES_DENIED: 'Germany' })).rejects.toThrow(/SMS_COUNTRIES_DENIED/);
  });
});

describe('unverified codes', () => {
  const rules = { SMS_UNVERIFIED_PER_ADDRESS: '3', SMS_UNVERIFIED_PER_COUNTRY: '1000' };

  test('beyond the limit are refused when enforced, until an hour leaves the window', async () => {
    const app = await open({ ...rules, SMS_PUMPING: 'enforce' });
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await requestCode(app, newPhone())).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const phone = newPhone();
    const refused = await requestCode(app, phone);
    const { reason, retryAfter } = refused.body.data;
    expect(reason).toBe('RATE_LIMITED');
    expect(refused.headers['retry-after']).toBe(String(retryAfter));
    expect(await database.prisma.phoneCode.count({ where: { phone } })).toBe(0);
    app.advanceClock(retryAfter - 1);
    expect((await requestCode(app, phone)).status).toBe(429);
    app.advanceClock(1);
    expect((await requestCode(app, phone)).status).toBe(200);
    expect((await app.deps.metrics.read()).text).toContain(
      'invitree_sms_pumping_total{rule="address",country="RU",action="refused"} 3',
    );
  });

  test('beyond the limit are only counted when recorded', async () => {
    const app = await open(rules);
    for (let n = 0; n < 5; n++) expect((await requestCode(app, newPhone())).status).toBe(200);
    const { text } = await app.deps.metrics.read();
    expect(text).toContain(
      'invitree_sms_pumping_total{rule="address",country="RU",action="recorded"} 2',
    );
    expect(text).toContain('invitree_codes_total{event="sent",country="RU"} 5');
  });

  test('are compared with verified ones', async () => {
    const app = await open({ ...rules, SMS_PUMPING: 'enforce' });
    for (let n = 0; n < 10; n++) await app.signIn();
    const statuses = [];
    for (let n = 0; n < 11; n++) statuses.push((await requestCode(app, newPhone())).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.at(-1)).toBe(429);
  });

  test('are counted by country for exempt addresses too', async () => {
    const app = await open({
      RATE_LIMIT_EXEMPT: '127.0.0.1',
      SMS_UNVERIFIED_PER_COUNTRY: '2',
      SMS_UNVERIFIED_PER_ADDRESS: '1',
      SMS_PUMPING: 'enforce',
    });
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await requestCode(app, newPhone())).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await requestCode(app, '+77012345679')).status).toBe(200);
  });

  test('cannot exceed the limit in parallel on instances that share the counts', async () => {
    const tally = memoryTally();
    const env = { ...rules, SMS_PUMPING: 'enforce' };
    const apps = await Promise.all(Array.from({ length: 3 }, () => open(env, tally)));
    const responses = await Promise.all(
      Array.from({ length: 24 }, (_, n) => requestCode(apps[n % 3] as App, newPhone())),
    );
    expect(responses.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(3);
  });

  test('do not include those that the phone’s own limit refuses', async () => {
    const app = await open({ ...rules, SMS_PUMPING: 'enforce' });
    const phone = newPhone();
    for (let n = 0; n < 10; n++) await requestCode(app, phone);
    expect((await requestCode(app, newPhone())).status).toBe(200);
  });
});

const count = fc.record({
  hour: fc.integer({ min: 1, max: 24 }),
  sent: fc.integer({ min: 0, max: 50 }),
  verified: fc.integer({ min: 0, max: 50 }),
});

test('the wait of a refusal ends in the first hour at which one more code is allowed', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(count, { selector: ({ hour }) => hour, minLength: 1 }),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(0, 0.5, 1, 3),
      (counts: HourlyCount[], allowance, ratio) => {
        const limits = { allowance, ratio };
        fc.pre(exceedsLimit(counts, limits));
        const at = 24 * HOUR + 1000;
        const freed = (at + secondsUntilAllowed(counts, limits, at) * 1000) / HOUR;
        const oneMoreAt = (hour: number) =>
          !exceedsLimit(
            [...counts.filter((each) => each.hour > hour - 24), { hour, sent: 1, verified: 0 }],
            limits,
          );
        expect(Number.isInteger(freed)).toBe(true);
        expect(oneMoreAt(freed)).toBe(true);
        expect(counts.some(({ hour }) => hour + 24 < freed && oneMoreAt(hour + 24))).toBe(false);
      },
    ),
  );
});
