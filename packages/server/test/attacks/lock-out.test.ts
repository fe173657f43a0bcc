import { describe, expect, onTestFinished, test } from 'vitest';
import { newPhone, openTestDatabase, testApp } from '../harness.ts';

/** Production limits; development only so that responses contain the code. */
const env = { TRUST_PROXY: '127.0.0.1', CODE_LENGTH: '6' };
const OWNER = '198.51.100.7';

type Call = Parameters<Awaited<ReturnType<typeof testApp>>['rest']>[1];
type Service = Awaited<ReturnType<typeof openService>>;

/** Two instances on one database, which take turns. */
async function openService(more: Record<string, string> = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const first = await testApp({ database, env: { ...env, ...more } });
  const second = await testApp({ database, env: { ...env, ...more } });
  let requests = 0;
  return {
    rest: (route: string, call: Call) => (requests++ % 2 ? second : first).rest(route, call),
    signIn: first.signIn,
    advanceClock(seconds: number) {
      first.advanceClock(seconds);
      second.advanceClock(seconds);
    },
  };
}

/** Sends requests from an IP address. */
const from = (app: Service, ip: string) => (route: string, body: object) =>
  app.rest(route, { body, headers: { 'x-forwarded-for': ip } });

/** A phone whose owner has signed in from `OWNER`. */
async function signedInBefore(app: Service) {
  const phone = newPhone();
  const owner = from(app, OWNER);
  const { body: sent } = await owner('POST /auth/code', { phone });
  const signedIn = await owner('POST /auth/verify', { phone, code: sent.devCode });
  expect(signedIn.status).toBe(200);
  app.advanceClock(3600);
  return { phone, owner };
}

/** Uses up what strangers may guess and send, from many addresses over a day. */
async function exhaust(app: Service, phone: string): Promise<number> {
  let judged = 0;
  for (let n = 0; n < 12; n++) {
    const stranger = from(app, `203.0.113.${n}`);
    const { body: sent } = await stranger('POST /auth/code', { phone });
    for (let guess = 0; guess < 6; guess++) {
      const code = sent.devCode === '000000' ? '111111' : '000000';
      const { body } = await stranger('POST /auth/verify', {
        phone,
        code,
        challenge: sent.challenge,
      });
      if (body.data.reason === 'CODE_WRONG') judged += 1;
    }
    app.advanceClock(1200);
  }
  return judged;
}

describe('an attacker who spends a phone’s failures and sends', () => {
  test('does not keep its owner out where they signed in before', async () => {
    const app = await openService();
    const { phone, owner } = await signedInBefore(app);
    expect(await exhaust(app, phone)).toBeLessThanOrEqual(8);
    const stranger = await from(app, '203.0.113.99')('POST /auth/code', { phone });
    expect(stranger.body.data.reason).toBe('RATE_LIMITED');

    const { status, body: sent } = await owner('POST /auth/code', { phone });
    expect(status).toBe(200);
    const wrong = await owner('POST /auth/verify', { phone, code: '000000' });
    expect(wrong.body.data).toMatchObject({ reason: 'CODE_WRONG', attemptsLeft: 1 });
    const body = { phone, code: sent.devCode, challenge: sent.challenge };
    expect((await owner('POST /auth/verify', body)).status).toBe(200);
  });

  test('gets no more guesses at the owner’s address: 10 per day in all', async () => {
    const app = await openService();
    const { phone, owner } = await signedInBefore(app);
    let judged = await exhaust(app, phone);
    for (let n = 0; n < 20; n++) {
      const { body } = await owner('POST /auth/verify', { phone, code: '000000' });
      if (body.data.reason === 'CODE_WRONG') judged += 1;
    }
    expect(judged).toBeLessThanOrEqual(10);
  });
});

test('a stranger’s request does not void the code that the owner holds', async () => {
  const app = await openService();
  const phone = newPhone();
  const owner = from(app, OWNER);
  const { body: held } = await owner('POST /auth/code', { phone });
  app.advanceClock(60);
  const stranger = from(app, '203.0.113.1');
  const { body: other } = await stranger('POST /auth/code', { phone });
  for (let guess = 0; guess < 5; guess++)
    await stranger('POST /auth/verify', {
      phone,
      code: other.devCode === '000000' ? '111111' : '000000',
      challenge: other.challenge,
    });
  const body = { phone, code: held.devCode, challenge: held.challenge };
  expect((await owner('POST /auth/verify', body)).status).toBe(200);
});

test('a client that ignores challenges signs in with the code it requested', async () => {
  const app = await openService();
  const phone = newPhone();
  const owner = from(app, OWNER);
  const { body: held } = await owner('POST /auth/code', { phone });
  app.advanceClock(60);
  await from(app, '203.0.113.1')('POST /auth/code', { phone });
  expect((await owner('POST /auth/verify', { phone, code: held.devCode })).status).toBe(200);
});

test('a challenge serves its own phone and code only', async () => {
  const app = await openService();
  const [phone, otherPhone] = [newPhone(), newPhone()];
  const attacker = from(app, '203.0.113.1');
  const { body: mine } = await attacker('POST /auth/code', { phone });
  const { body: other } = await from(app, OWNER)('POST /auth/code', { phone: otherPhone });
  for (const body of [
    { phone: otherPhone, code: mine.devCode, challenge: mine.challenge },
    { phone: otherPhone, code: mine.devCode, challenge: other.challenge },
    { phone, code: other.devCode, challenge: mine.challenge },
  ]) {
    const { status, body: refused } = await attacker('POST /auth/verify', body);
    expect([status, refused.data.reason]).toEqual([401, 'CODE_WRONG']);
  }
});

test('a made-up challenge does not reveal whether a guess is a code that is valid', async () => {
  const app = await openService();
  const phone = newPhone();
  const { body: held } = await from(app, OWNER)('POST /auth/code', { phone });
  const challenge = '5f1d9c1e-8a53-4f1b-9d51-0d1b6a0f3a52';
  const guess = { phone, code: held.devCode, challenge };
  const { body } = await from(app, '203.0.113.1')('POST /auth/verify', guess);
  expect(body.data).toMatchObject({ reason: 'CODE_WRONG', attemptsLeft: 4 });
});

test('a code for one purpose does not serve another', async () => {
  const app = await openService();
  const phone = newPhone();
  const attacker = from(app, '203.0.113.1');
  for (const purpose of ['link', 'reauthenticate']) {
    const { body: sent } = await attacker('POST /auth/code', { phone, purpose });
    const body = { phone, code: sent.devCode, challenge: sent.challenge };
    expect((await attacker('POST /auth/verify', body)).body.data.reason).toBe('CODE_WRONG');
    app.advanceClock(60);
  }
});

test('a wrong code gets the same response whether or not a code is valid', async () => {
  const app = await openService();
  const guesses = async (phone: string) => {
    const responses = [];
    for (let n = 0; n < 7; n++) {
      const body = { phone, code: '000001' };
      const { status, body: refused } = await from(app, '203.0.113.1')('POST /auth/verify', body);
      responses.push([status, refused.data.reason, refused.data.attemptsLeft]);
    }
    return responses;
  };
  const withCode = newPhone();
  await from(app, OWNER)('POST /auth/code', { phone: withCode });
  expect(await guesses(newPhone())).toEqual(await guesses(withCode));
});

test('an admin unlocks a user, and the audit log says so', async () => {
  const ADMIN = '+79997654321';
  const app = await openService({ ADMIN_PHONES: ADMIN, TEST_PHONES: `${ADMIN}:123456` });
  const { phone } = await signedInBefore(app);
  await exhaust(app, phone);
  const stranger = from(app, '203.0.113.99');
  expect((await stranger('POST /auth/code', { phone })).status).toBe(429);

  const { accessToken: token } = await app.signIn(ADMIN);
  const { body: found } = await app.rest(`GET /admin/users?query=${encodeURIComponent(phone)}`, {
    token,
  });
  const { id } = found.items[0];
  const unlocked = await app.rest(`POST /admin/users/${id}/unlock`, { token });
  expect(unlocked.body).toEqual({ unlocked: true });
  const { body: sent } = await stranger('POST /auth/code', { phone });
  const body = { phone, code: sent.devCode, challenge: sent.challenge };
  expect((await stranger('POST /auth/verify', body)).status).toBe(200);
  const { body: audit } = await app.rest(`GET /admin/audit?userId=${id}`, { token });
  expect(audit.items.map(({ action }: { action: string }) => action)).toContain('user.unlocked');
});
