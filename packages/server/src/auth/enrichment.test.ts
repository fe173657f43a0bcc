import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openTestApp, openTestDatabase, type TestApp, testApp } from '../../test/harness.ts';
import type { Database } from '../database/port.ts';
import { clearbitFinder } from '../enrichment/clearbit.ts';
import { hunterVerifier } from '../enrichment/hunter.ts';
import { enrichProfile, judgeEmail } from './enrichment.ts';

/** Someone else's service: what it does is up to each test. */
let behave: (request: IncomingMessage, response: ServerResponse) => void;
let asked: IncomingMessage[] = [];
const stub = createServer((request, response) => {
  asked.push(request);
  behave(request, response);
});
let url: string;
let database: Database;

beforeAll(async () => {
  stub.listen(0, '127.0.0.1');
  await once(stub, 'listening');
  url = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`;
  database = await openTestDatabase();
});
afterAll(async () => {
  stub.closeAllConnections();
  stub.close();
  await database.close();
});
beforeEach(() => {
  asked = [];
});

const answer =
  (status: number, body: unknown): typeof behave =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** How a service can fail, and that within 200 ms it is given up. */
const misbehaviours: [string, typeof behave][] = [
  ['is silent', () => {}],
  [
    'drips',
    (_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    },
  ],
  ['answers 500', answer(500, { errors: ['oops'] })],
  ['answers 429', answer(429, { errors: ['too many'] })],
  ['answers 401', answer(401, { errors: ['no such key'] })],
  ['answers HTML', answer(200, '<html>welcome</html>')],
  ['answers another shape', answer(200, { data: [] })],
  ['answers too much', answer(200, JSON.stringify({ data: { status: 'x'.repeat(300_000) } }))],
  ['redirects', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
  ['hangs up', (request) => request.socket.destroy()],
];

const log = pino({ level: 'silent' });

let emails = 0;
function newEmail(): string {
  emails += 1;
  return `user${emails}@example.com`;
}

const PASSWORD = 'correct horse battery';
const register = (app: TestApp, email: string) =>
  app.rest('POST /auth/register', { body: { email, password: PASSWORD } });

describe('email verification by Hunter', () => {
  /** Its breaker and its memory are new. */
  const withHunter = () =>
    testApp({
      database,
      deps: { emailVerifier: hunterVerifier({ apiKey: 'secret-key', url }) },
    });
  const judge = (email: string, waits: { patience?: number } = {}) =>
    judgeEmail({ emailVerifier: hunterVerifier({ apiKey: 'key', url, ...waits }), log }, email);
  const verdictOf = async (email: string) =>
    (await database.prisma.user.findUniqueOrThrow({ where: { email } })).emailVerdict;

  test('asks as the API wants it, the key in a header', async () => {
    behave = answer(200, { data: { status: 'valid', disposable: false } });
    const app = await withHunter();
    const { status } = await register(app, 'Anna+x@Bücher.example');
    expect(status).toBe(201);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.url).toBe('/email-verifier?email=anna%2Bx%40xn--bcher-kva.example');
    expect(asked[0]?.headers['x-api-key']).toBe('secret-key');
    expect(await verdictOf('anna+x@xn--bcher-kva.example')).toBe('deliverable');
  });

  test.each([
    [{ status: 'valid' }, 'deliverable'],
    [{ status: 'accept_all' }, 'risky'],
    [{ status: 'webmail', disposable: null }, 'risky'],
    [{ status: 'unknown' }, 'unknown'],
    [{ status: 'of a later version' }, 'unknown'],
  ])('%j is let in as %s', async (data, verdict) => {
    behave = answer(200, { data });
    expect(await judge(newEmail())).toBe(verdict);
  });

  test.each([
    [{ status: 'invalid' }, 'EMAIL_UNDELIVERABLE'],
    [{ status: 'disposable' }, 'EMAIL_DISPOSABLE'],
    [{ status: 'accept_all', disposable: true }, 'EMAIL_DISPOSABLE'],
  ])('%j is refused with %s and makes no account', async (data, reason) => {
    behave = answer(200, { data });
    const app = await withHunter();
    const email = newEmail();
    const { status, body } = await register(app, email);
    expect([status, body.data.reason]).toEqual([400, reason]);
    expect(await database.prisma.user.count({ where: { email } })).toBe(0);
    // The answer is remembered.
    expect((await register(app, email)).body.data.reason).toBe(reason);
    expect(asked).toHaveLength(1);
  });

  test('an account that gets its email later is asked about too', async () => {
    behave = answer(200, { data: { status: 'invalid' } });
    const app = await withHunter();
    const { accessToken: token } = await app.signIn();
    const { body } = await app.rest('POST /auth/password', {
      token,
      body: { email: newEmail(), password: PASSWORD },
    });
    expect(body.data.reason).toBe('EMAIL_UNDELIVERABLE');
  });

  test.each(misbehaviours)('a service that %s stops nobody', async (_, misbehaviour) => {
    behave = misbehaviour;
    const start = performance.now();
    expect(await judge(newEmail(), { patience: 200 })).toBe('unknown');
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(asked.length).toBeGreaterThan(0);
  });

  test('a dead service lets sign-ups through', async () => {
    behave = answer(500, {});
    const email = newEmail();
    expect((await register(await withHunter(), email)).status).toBe(201);
    expect(await verdictOf(email)).toBe('unknown');
  });

  test('a dead service is left alone after five failures, and tried again later', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      behave = answer(500, {});
      const verifier = hunterVerifier({ apiKey: 'secret-key', url });
      const verdicts = () =>
        Promise.allSettled(Array.from({ length: 3 }, () => verifier.verify(newEmail())));
      await verdicts();
      await verdicts();
      await verdicts();
      expect(asked.length).toBeLessThanOrEqual(6);
      const before = asked.length;
      await verdicts();
      expect(asked).toHaveLength(before);

      behave = answer(200, { data: { status: 'valid' } });
      vi.setSystemTime(Date.now() + 31_000);
      expect(await verifier.verify(newEmail())).toBe('deliverable');
      expect(await verifier.verify(newEmail())).toBe('deliverable');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('enrichment by a person API', () => {
  const enrich = (userId: string, email: string, waits: { patience?: number } = {}) => {
    const personFinder = clearbitFinder({ apiKey: 'sk_secret', url, ...waits });
    return enrichProfile({ personFinder, database, log }, { userId, email });
  };
  const newUser = async () => {
    const email = newEmail();
    const { id } = await database.prisma.user.create({
      data: { id: randomUUID(), email, createdAt: new Date() },
    });
    return { id, email };
  };
  const personOf = async (id: string) =>
    (await database.prisma.user.findUniqueOrThrow({ where: { id } })).person;
  const alex = {
    id: 'd54c54ad',
    name: { fullName: 'Alex MacCaw', givenName: 'Alex' },
    location: ' San Francisco ',
    bio: 'x'.repeat(600),
    avatar: 'https://images.example/alex.png',
    site: 'javascript:alert(1)',
    employment: { name: 'Clearbit', title: 'CEO', domain: 'clearbit.com' },
  };
  const kept = {
    fullName: 'Alex MacCaw',
    location: 'San Francisco',
    bio: null,
    avatar: 'https://images.example/alex.png',
    site: null,
    employer: 'Clearbit',
    jobTitle: 'CEO',
  };

  test('comes after the answer, and its owner alone sees it', async () => {
    let release: () => void = () => {};
    behave = (request, response) => {
      release = () => answer(200, alex)(request, response);
    };
    const app = await testApp({
      database,
      env: { ADMIN_PHONES: '+79990000001' },
      deps: { personFinder: clearbitFinder({ apiKey: 'sk_secret', url }) },
    });
    const referrer = await app.signIn();
    const email = newEmail();
    const { status, body } = await app.rest('POST /auth/register', {
      body: { email, password: PASSWORD, inviteCode: referrer.user.inviteCode },
    });
    expect([status, body.user.person]).toEqual([201, null]);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]?.url).toBe(`/people/find?email=${encodeURIComponent(email)}`);
    expect(asked[0]?.headers.authorization).toBe('Bearer sk_secret');

    release();
    const me = () => app.rest('GET /profile', { token: body.accessToken });
    await vi.waitFor(async () => expect((await me()).body.person).toEqual(kept));
    const admin = await app.signIn('+79990000001');
    for (const { accessToken: token } of [referrer, admin]) {
      const { status, body: seen } = await app.rest(`GET /users/${body.user.id}`, { token });
      expect(status).toBe(200);
      expect(seen).not.toHaveProperty('person');
    }
  });

  test.each([
    ['answers 404', answer(404, '<html>nobody</html>')],
    ['answers 202, still looking', answer(202, '')],
    ...misbehaviours,
  ] as typeof misbehaviours)('a service that %s changes nothing', async (_, misbehaviour) => {
    behave = misbehaviour;
    const { id, email } = await newUser();
    await enrich(id, email, { patience: 200 });
    expect(asked.length).toBeGreaterThan(0);
    expect(await personOf(id)).toBeNull();
  });

  test('what comes after the account has another email is dropped', async () => {
    behave = answer(200, alex);
    const { id, email } = await newUser();
    await enrich(id, newEmail());
    expect(await personOf(id)).toBeNull();
    await enrich(id, email);
    expect(await personOf(id)).toEqual(kept);
  });
});

test('without keys nobody is asked', async () => {
  const app: TestApp = await openTestApp({ database });
  const { body } = await register(app, newEmail());
  expect(body.user.person).toBeNull();
  expect(asked).toHaveLength(0);
  await app.close();
});
