import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopServices } from '../services/cleanup.ts';
import { startProduction } from './production.ts';

let service: Awaited<ReturnType<typeof startProduction>>;
beforeAll(async () => {
  service = await startProduction();
});
afterAll(stopServices, 60_000);

const PASSWORD = 'correct horse battery';

/** How many calls had each outcome. */
const count = (reasons: (string | undefined)[]) =>
  Object.fromEntries(
    [...new Set(reasons)].map((reason) => [
      reason ?? 'OK',
      reasons.filter((each) => each === reason).length,
    ]),
  );

test('six accounts that set passwords all the time do not keep others from signing in', async () => {
  const email = 'victim@example.com';
  await service.call('POST /auth/register', { body: { email, password: PASSWORD } });
  const attackers = await Promise.all(Array.from({ length: 6 }, () => service.signIn()));
  const flood = Promise.all(
    attackers.flatMap(({ token }) =>
      Array.from({ length: 40 }, (_, n) =>
        service.call('POST /auth/password', { token, body: { password: `${PASSWORD} ${n}` } }),
      ),
    ),
  );
  const signIns = await Promise.all(
    Array.from({ length: 20 }, () =>
      service.call('POST /auth/login', { body: { email, password: PASSWORD } }),
    ),
  );
  expect(signIns.map(({ status }) => status)).toEqual(Array(20).fill(200));
  const reasons = count((await flood).map(({ reason }) => reason));
  // At most 5 an hour get as far as hashing, for each account.
  expect(reasons['RATE_LIMITED']).toBe(6 * 35);
}, 120_000);

test('accounts at one address share 20 changes an hour', async () => {
  const ip = '203.0.113.2';
  const accounts = await Promise.all(Array.from({ length: 6 }, () => service.signIn()));
  const responses = await Promise.all(
    accounts.flatMap(({ token }) =>
      Array.from({ length: 5 }, () =>
        service.call('POST /auth/password', { token, ip, body: { password: PASSWORD } }),
      ),
    ),
  );
  const reasons = count(responses.map(({ reason }) => reason));
  expect(reasons['RATE_LIMITED']).toBe(10);
}, 120_000);

test('registrations are refused before their password is hashed', async () => {
  const ip = '203.0.113.3';
  const register = (n: number) =>
    service.call('POST /auth/register', {
      ip,
      body: { email: `flood${n}@example.com`, password: PASSWORD },
    });
  for (let n = 0; n < 30; n += 10)
    await Promise.all(Array.from({ length: 10 }, (_, each) => register(n + each)));
  // A password that is refused without hashing shows that the limit comes first.
  const { reason } = await service.call('POST /auth/register', {
    ip,
    body: { email: 'flood@example.com', password: 'password' },
  });
  expect(reason).toBe('RATE_LIMITED');
}, 120_000);

test('whether an email is taken costs one of five tries an hour, and is known after hashing only', async () => {
  const email = 'taken@example.com';
  await service.call('POST /auth/register', { body: { email, password: PASSWORD } });
  const { token } = await service.signIn();
  const probe = async (email: string) => {
    const startedAt = performance.now();
    const { reason } = await service.call('POST /auth/password', {
      token,
      body: { email, password: PASSWORD },
    });
    return { reason, ms: performance.now() - startedAt };
  };
  const taken = await probe(email);
  expect(taken.reason).toBe('EMAIL_TAKEN');
  expect(taken.ms).toBeGreaterThan(15);
  for (let n = 0; n < 4; n++) await probe(`${n}${email}`);
  expect((await probe(email)).reason).toBe('RATE_LIMITED');
}, 120_000);
