import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeFor, newAccount, PASSWORD } from '../../test/accounts.ts';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

const PROOF_SECONDS = 600;

let app: TestApp;
beforeAll(async () => {
  // Access tokens outlive every proof, so that no test needs to refresh one.
  app = await openTestApp({ env: { ACCESS_TOKEN_TTL: '86400' } });
});
afterAll(() => app.close());

const reauthenticate = (token: string, body: object) =>
  app.rest('POST /auth/reauthenticate', { token, body });

/** The outcome of a change that requires a proof. */
async function outcome(token: string): Promise<string> {
  const body = { password: `${PASSWORD} ${Math.random()}` };
  const response = await app.rest('POST /auth/password', { token, body });
  return response.status === 200 ? 'OK' : response.body.data.reason;
}

/** A user who signed in so long ago that it counts no more. */
async function staleUser() {
  const phone = newPhone();
  const { accessToken: token, refreshToken, user } = await app.signIn(phone);
  app.advanceClock(PROOF_SECONDS);
  return { phone, token, refreshToken, id: user.id as string };
}

test('a sign-in counts for less than 10 minutes', async () => {
  const { accessToken } = await app.signIn();
  app.advanceClock(PROOF_SECONDS - 1);
  expect(await outcome(accessToken)).toBe('OK');
  app.advanceClock(1);
  expect(await outcome(accessToken)).toBe('REAUTHENTICATION_REQUIRED');
});

test('a code of one’s own phone counts for 10 minutes', async () => {
  const { phone, token } = await staleUser();
  expect(await outcome(token)).toBe('REAUTHENTICATION_REQUIRED');
  for (const purpose of ['reauthenticate', 'signIn']) {
    const { body: sent } = await app.rest('POST /auth/code', { body: { phone, purpose } });
    const { status, body } = await reauthenticate(token, { code: sent.devCode });
    expect([status, Date.parse(body.validUntil)]).toEqual([
      200,
      app.deps.clock() + PROOF_SECONDS * 1000,
    ]);
    expect(await outcome(token)).toBe('OK');
    app.advanceClock(200);
  }
});

test('a code proves the session that sends it, once, and no other', async () => {
  const { phone, token } = await staleUser();
  const code = await codeFor(app, phone);
  const { accessToken: stranger } = await app.signIn();
  expect((await reauthenticate(stranger, { code })).body.data.reason).toBe('CODE_WRONG');
  expect((await reauthenticate(token, { code })).status).toBe(200);
  expect((await reauthenticate(token, { code })).body.data.reason).toBe('CODE_EXPIRED');
  app.advanceClock(60);
  const { accessToken: elsewhere } = await app.signIn(phone);
  app.advanceClock(PROOF_SECONDS - 60);
  expect(await outcome(token)).toBe('REAUTHENTICATION_REQUIRED');
  expect(await outcome(elsewhere)).toBe('OK');
});

test('a refresh does not prolong the proof', async () => {
  const { accessToken, refreshToken } = await app.signIn();
  app.advanceClock(PROOF_SECONDS - 1);
  const { body } = await app.rest('POST /auth/refresh', { body: { refreshToken } });
  app.advanceClock(1);
  for (const token of [accessToken, body.accessToken])
    expect(await outcome(token)).toBe('REAUTHENTICATION_REQUIRED');
});

describe('by password', () => {
  test('counts for 10 minutes', async () => {
    const { token } = await newAccount(app);
    app.advanceClock(PROOF_SECONDS);
    expect(await outcome(token)).toBe('REAUTHENTICATION_REQUIRED');
    expect((await reauthenticate(token, { password: PASSWORD })).status).toBe(200);
    expect(await outcome(token)).toBe('OK');
  });

  test('has few guesses, which do not count against signing in', async () => {
    const { token, email } = await newAccount(app);
    app.advanceClock(PROOF_SECONDS);
    const wrong = await Promise.all(
      Array.from({ length: 12 }, () => reauthenticate(token, { password: 'wrong' })),
    );
    const reasons = wrong.map(({ body }) => body.data.reason);
    expect(reasons.filter((reason) => reason === 'CREDENTIALS_WRONG')).toHaveLength(10);
    expect(await outcome(token)).toBe('REAUTHENTICATION_REQUIRED');
    const login = await app.rest('POST /auth/login', { body: { email, password: PASSWORD } });
    expect(login.status).toBe(200);
  });

  test('is wrong for an account without one', async () => {
    const { token } = await staleUser();
    const { body } = await reauthenticate(token, { password: PASSWORD });
    expect(body.data.reason).toBe('CREDENTIALS_WRONG');
  });

  test('an account without a phone has no right code', async () => {
    const { token } = await newAccount(app);
    expect((await reauthenticate(token, { code: '1234' })).body.data.reason).toBe('CODE_WRONG');
  });
});

test('requires either a code or a password', async () => {
  const { accessToken } = await app.signIn();
  for (const body of [{}, { code: '1234', password: PASSWORD }]) {
    const { body: refused } = await reauthenticate(accessToken, body);
    expect(refused.data).toMatchObject({ reason: 'INPUT_INVALID', issues: [{ path: ['code'] }] });
  }
});

test('right and wrong proofs are in the audit log', async () => {
  const { phone, token, id } = await staleUser();
  const code = await codeFor(app, phone);
  const wrong = String((Number(code) + 1) % 10_000).padStart(4, '0');
  await reauthenticate(token, { code: wrong });
  await reauthenticate(token, { code });
  const entries = await app.deps.database.prisma.auditEntry.findMany({
    where: { actorId: id, targetId: id, action: { startsWith: 'auth.reauth' } },
    orderBy: { id: 'asc' },
  });
  expect(entries.map(({ action, details }) => [action, details])).toEqual([
    ['auth.reauthentication_failed', { method: 'phone', reason: 'CODE_WRONG' }],
    ['auth.reauthenticated', { method: 'phone' }],
  ]);
});
