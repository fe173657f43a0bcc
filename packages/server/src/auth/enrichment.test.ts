import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { newEmail, register } from '../../test/accounts.ts';
import { APP_SECRET, openTestDatabase, testApp } from '../../test/harness.ts';
import { MISBEHAVIOURS, respond, stubApi } from '../../test/stub-api.ts';
import { readConfig } from '../config.ts';
import type { Database } from '../database/port.ts';
import { clearbitFinder } from '../enrichment/clearbit.ts';
import { enrichProfile } from './enrichment.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const stub = stubApi();
const log = pino({ level: 'silent' });
const config = readConfig({ APP_SECRET });

describe('enrichment by a person API', () => {
  const enrich = (userId: string, email: string, options: { timeout?: number } = {}) => {
    const personFinder = clearbitFinder({ apiKey: 'sk_secret', url: stub.url, ...options });
    return enrichProfile({ config, personFinder, database, log }, { userId, email });
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

  test('happens after the response, and only the owner sees the result', async () => {
    let release: () => void = () => {};
    stub.behave = (request, response) => {
      release = () => respond(200, alex)(request, response);
    };
    const app = await testApp({
      database,
      env: { ADMIN_PHONES: '+79990000001' },
      deps: { personFinder: clearbitFinder({ apiKey: 'sk_secret', url: stub.url }) },
    });
    const referrer = await app.signIn();
    const email = newEmail();
    const { status, body } = await register(app, {
      email,
      inviteCode: referrer.user.inviteCode,
    });
    expect([status, body.user.person]).toEqual([201, null]);
    await vi.waitFor(() => expect(stub.requests).toHaveLength(1));
    expect(stub.requests[0]?.url).toBe(`/people/find?email=${encodeURIComponent(email)}`);
    expect(stub.requests[0]?.headers.authorization).toBe('Bearer sk_secret');

    release();
    const me = () => app.rest('GET /profile', { token: body.accessToken });
    await vi.waitFor(async () => expect((await me()).body.person).toEqual(kept));
    const admin = await app.signIn('+79990000001');
    const { id } = body.user;
    for (const [{ accessToken: token }, route, input] of [
      [referrer, `GET /users/${id}`],
      [admin, `GET /users/${id}`],
      [admin, `GET /admin/users/${id}`],
      [admin, `POST /admin/users/${id}/status`, { status: 'active' }],
      [admin, `POST /admin/users/${id}/role`, { role: 'user' }],
      [admin, `GET /admin/users?query=${encodeURIComponent(email)}`],
      [admin, 'GET /admin/export/users'],
    ] as const) {
      const { status, body: seen } = await app.rest(route, { token, body: input });
      expect(status).toBe(200);
      expect(JSON.stringify(seen)).toContain(id);
      expect(JSON.stringify(seen)).not.toMatch(/"person"|MacCaw/);
    }
  });

  test.each([
    ['responds with 404', respond(404, '<html>nobody</html>')],
    ['responds with 202, still looking', respond(202, '')],
    ...MISBEHAVIOURS,
  ] as typeof MISBEHAVIOURS)('changes nothing if the service %s', async (_, misbehaviour) => {
    stub.behave = misbehaviour;
    const { id, email } = await newUser();
    await enrich(id, email, { timeout: 200 });
    expect(stub.requests.length).toBeGreaterThan(0);
    expect(await personOf(id)).toBeNull();
  });

  test('asks about proved emails only in production', async () => {
    stub.behave = respond(200, alex);
    const personFinder = clearbitFinder({ apiKey: 'sk_secret', url: stub.url });
    const app = await testApp({
      database,
      env: { NODE_ENV: 'production' },
      deps: { personFinder },
    });
    const { id, email } = await newUser();
    await enrichProfile(app.deps, { userId: id, email });
    expect([stub.requests.length, await personOf(id)]).toEqual([0, null]);
    await database.prisma.user.update({ where: { id }, data: { emailVerifiedAt: new Date() } });
    await enrichProfile(app.deps, { userId: id, email });
    expect([stub.requests.length, await personOf(id)]).toEqual([1, kept]);
  });

  test('discards a result that arrives after the email has changed', async () => {
    const { id, email } = await newUser();
    const newerEmail = newEmail();
    stub.behave = async (request, response) => {
      await database.prisma.user.update({ where: { id }, data: { email: newerEmail } });
      respond(200, alex)(request, response);
    };
    await enrich(id, email);
    expect([stub.requests.length, await personOf(id)]).toEqual([1, null]);
    await enrich(id, email);
    expect(stub.requests).toHaveLength(1);
    stub.behave = respond(200, alex);
    await enrich(id, newerEmail);
    expect(await personOf(id)).toEqual(kept);
  });
});

test('calls no service without keys', async () => {
  const app = await testApp({ database });
  const { body } = await register(app, { email: newEmail() });
  expect(body.user.person).toBeNull();
  expect(stub.requests).toHaveLength(0);
});
