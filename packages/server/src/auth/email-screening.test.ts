import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { newEmail, PASSWORD, register } from '../../test/accounts.ts';
import { openTestDatabase, testApp } from '../../test/harness.ts';
import { MISBEHAVIOURS, respond, stubApi } from '../../test/stub-api.ts';
import type { Database } from '../database/port.ts';
import { hunterVerifier } from '../enrichment/hunter.ts';
import { screenEmail } from './enrichment.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const stub = stubApi();
const log = pino({ level: 'silent' });

describe('email verification by Hunter', () => {
  /** An app with a new verifier, so with an empty cache and a closed circuit breaker. */
  const withHunter = () =>
    testApp({
      database,
      deps: { emailVerifier: hunterVerifier({ apiKey: 'secret-key', url: stub.url }) },
    });
  const screen = (email: string, options: { timeout?: number } = {}) =>
    screenEmail(
      { emailVerifier: hunterVerifier({ apiKey: 'key', url: stub.url, ...options }), log },
      email,
    );
  const verdictOf = async (email: string) =>
    (await database.prisma.user.findUniqueOrThrow({ where: { email } })).emailVerdict;

  test('sends the email as the API expects it, with the key in a header', async () => {
    stub.behave = respond(200, { data: { status: 'valid', disposable: false } });
    const app = await withHunter();
    const { status } = await register(app, { email: 'Anna+x@Bücher.example' });
    expect(status).toBe(201);
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]?.url).toBe('/email-verifier?email=anna%2Bx%40xn--bcher-kva.example');
    expect(stub.requests[0]?.headers['x-api-key']).toBe('secret-key');
    expect(await verdictOf('anna+x@xn--bcher-kva.example')).toBe('deliverable');
  });

  test.each([
    [{ status: 'valid' }, 'deliverable'],
    [{ status: 'accept_all' }, 'risky'],
    [{ status: 'webmail', disposable: null }, 'risky'],
    [{ status: 'unknown' }, 'unknown'],
    [{ status: 'of a later version' }, 'unknown'],
  ])('accepts %j as %s', async (data, verdict) => {
    stub.behave = respond(200, { data });
    expect(await screen(newEmail())).toBe(verdict);
  });

  test.each([
    [{ status: 'invalid' }, 'EMAIL_UNDELIVERABLE'],
    [{ status: 'disposable' }, 'EMAIL_DISPOSABLE'],
    [{ status: 'accept_all', disposable: true }, 'EMAIL_DISPOSABLE'],
  ])('refuses %j with %s and creates no account', async (data, reason) => {
    stub.behave = respond(200, { data });
    const app = await withHunter();
    const email = newEmail();
    const { status, body } = await register(app, { email });
    expect([status, body.data.reason]).toEqual([400, reason]);
    expect(await database.prisma.user.count({ where: { email } })).toBe(0);
    // The verdict is cached.
    expect((await register(app, { email })).body.data.reason).toBe(reason);
    expect(stub.requests).toHaveLength(1);
  });

  test('also checks an email that is added later', async () => {
    stub.behave = respond(200, { data: { status: 'invalid' } });
    const app = await withHunter();
    const { accessToken: token } = await app.signIn();
    const { body } = await app.rest('POST /auth/password', {
      token,
      body: { email: newEmail(), password: PASSWORD },
    });
    expect(body.data.reason).toBe('EMAIL_UNDELIVERABLE');
  });

  test.each(MISBEHAVIOURS)('accepts the email if the service %s', async (_, misbehaviour) => {
    stub.behave = misbehaviour;
    const start = performance.now();
    expect(await screen(newEmail(), { timeout: 200 })).toBe('unknown');
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(stub.requests.length).toBeGreaterThan(0);
  });

  test('accepts sign-ups while the service is down', async () => {
    stub.behave = respond(500, {});
    const email = newEmail();
    expect((await register(await withHunter(), { email })).status).toBe(201);
    expect(await verdictOf(email)).toBe('unknown');
  });

  test('stops calling a failing service after five failures, and retries later', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      stub.behave = respond(500, {});
      const verifier = hunterVerifier({ apiKey: 'secret-key', url: stub.url });
      const verdicts = () =>
        Promise.allSettled(Array.from({ length: 3 }, () => verifier.verify(newEmail())));
      await verdicts();
      await verdicts();
      await verdicts();
      expect(stub.requests.length).toBeLessThanOrEqual(6);
      const before = stub.requests.length;
      await verdicts();
      expect(stub.requests).toHaveLength(before);

      stub.behave = respond(200, { data: { status: 'valid' } });
      vi.setSystemTime(Date.now() + 31_000);
      expect(await verifier.verify(newEmail())).toBe('deliverable');
      expect(await verifier.verify(newEmail())).toBe('deliverable');
    } finally {
      vi.useRealTimers();
    }
  });
});
