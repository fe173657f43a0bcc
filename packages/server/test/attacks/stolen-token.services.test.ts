import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopServices } from '../services/cleanup.ts';
import { newPhone, startProduction } from './production.ts';

const PASSWORD = 'correct horse battery';

let service: Awaited<ReturnType<typeof startProduction>>;
beforeAll(async () => {
  service = await startProduction({ CODE_RESEND_AFTER: '0' });
});
afterAll(stopServices, 60_000);

/** Makes the proofs of all sessions older than they count, while their tokens stay valid. */
const waitTenMinutes = () =>
  service.database.query(
    sql`update sessions set reauthenticated_at = reauthenticated_at - interval '10 minutes'`,
  );

/** An account whose access token a thief has held for 10 minutes. */
async function robbedAccount() {
  const { token: stolen, user, phone } = await service.signIn();
  const other = await service.signIn(phone);
  await waitTenMinutes();
  return { stolen, user, phone, other: other.token };
}

const requestCode = (phone: string, purpose: string) =>
  service.call('POST /auth/code', { body: { phone, purpose } });

/** What a thief needs to keep the account, and the request for each. */
async function takeovers(otherSession: string) {
  const phone = newPhone();
  await requestCode(phone, 'link');
  return [
    ['POST /auth/link/phone', { phone, code: service.code }],
    ['POST /auth/password', { email: `${phone.slice(1)}@example.com`, password: PASSWORD }],
    ['POST /auth/password', { password: PASSWORD, currentPassword: PASSWORD }],
    ['DELETE /profile?confirm=true', undefined],
    ['POST /auth/logout', { everywhere: true }],
    [`DELETE /auth/sessions/${otherSession}`, undefined],
  ] as const;
}

const sessionsOf = async (token: string) =>
  (await service.call('GET /auth/sessions', { token })).body.items as {
    id: string;
    current: boolean;
  }[];

const otherSessionOf = async (token: string) =>
  (await sessionsOf(token)).find(({ current }) => !current)?.id as string;

test('a stolen token changes nothing about how its owner signs in', async () => {
  const { stolen, phone } = await robbedAccount();
  for (const [route, body] of await takeovers(await otherSessionOf(stolen))) {
    const { status, reason } = await service.call(route, { token: stolen, ...(body && { body }) });
    expect([route, status, reason]).toEqual([route, 403, 'REAUTHENTICATION_REQUIRED']);
  }
  const { body } = await service.call('GET /profile', { token: stolen });
  expect(body).toMatchObject({ phone, email: null });
  expect(await sessionsOf(stolen)).toHaveLength(2);
});

test('a stolen refresh token gets no further', async () => {
  const phone = newPhone();
  await requestCode(phone, 'signIn');
  const { body } = await service.call('POST /auth/verify', { body: { phone, code: service.code } });
  await service.signIn(phone);
  await waitTenMinutes();
  const { body: renewed } = await service.call('POST /auth/refresh', {
    body: { refreshToken: body.refreshToken },
  });
  const token = renewed.accessToken as string;
  for (const [route, body] of await takeovers(await otherSessionOf(token))) {
    const { reason } = await service.call(route, { token, ...(body && { body }) });
    expect([route, reason]).toEqual([route, 'REAUTHENTICATION_REQUIRED']);
  }
});

test('a thief proves nothing with codes of other phones, and has few guesses', async () => {
  const { stolen, phone } = await robbedAccount();
  const own = newPhone();
  await requestCode(own, 'reauthenticate');
  await requestCode(phone, 'link');
  const prove = (body: object) =>
    service.call('POST /auth/reauthenticate', { token: stolen, body });
  // Right for the thief's own phone, and for another purpose.
  expect((await prove({ code: service.code })).reason).toBe('CODE_WRONG');
  const guesses = await Promise.all(
    Array.from({ length: 50 }, (_, n) => prove({ code: String(n).padStart(6, '0') })),
  );
  expect(guesses.filter(({ reason }) => reason === 'CODE_WRONG').length).toBeLessThan(10);
  const passwords = await Promise.all(
    Array.from({ length: 100 }, (_, n) => prove({ password: `guess ${n}` })),
  );
  expect(
    passwords.filter(({ reason }) => reason === 'CREDENTIALS_WRONG').length,
  ).toBeLessThanOrEqual(50);
  const { body } = await service.call('POST /auth/logout', {
    token: stolen,
    body: { everywhere: true },
  });
  expect(body.data.reason).toBe('REAUTHENTICATION_REQUIRED');
});

test('a change by the owner ends the session of the thief', async () => {
  const { stolen, phone, other: token } = await robbedAccount();
  await requestCode(phone, 'reauthenticate');
  const proof = { token, body: { code: service.code } };
  expect((await service.call('POST /auth/reauthenticate', proof)).status).toBe(200);
  const change = { token, body: { password: PASSWORD } };
  expect((await service.call('POST /auth/password', change)).status).toBe(200);
  expect((await service.call('GET /profile', { token: stolen })).reason).toBe('TOKEN_INVALID');
  expect((await service.call('GET /profile', { token })).status).toBe(200);
});

test('of two sessions with a proof that change the account at once, one ends the other', async () => {
  for (let round = 0; round < 10; round++) {
    const one = await service.signIn();
    const two = await service.signIn(one.phone);
    const phones = [newPhone(), newPhone()];
    await Promise.all(phones.map((phone) => requestCode(phone, 'link')));
    const responses = await Promise.all(
      [one.token, two.token].map((token, n) =>
        service.call('POST /auth/link/phone', {
          token,
          body: { phone: phones[n], code: service.code },
        }),
      ),
    );
    const statuses = responses.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    const winner = statuses.indexOf(200);
    const tokens = [one.token, two.token];
    const { body } = await service.call('GET /profile', { token: tokens[winner] as string });
    expect(body.phone).toBe(phones[winner]);
    const loser = await service.call('GET /profile', { token: tokens[1 - winner] as string });
    expect(loser.reason).toBe('TOKEN_INVALID');
  }
});
