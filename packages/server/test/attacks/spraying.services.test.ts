import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopServices } from '../services/cleanup.ts';
import { waitUntil } from '../services/wait-until.ts';
import { newPhone, startProduction } from './production.ts';

let service: Awaited<ReturnType<typeof startProduction>>;
beforeAll(async () => {
  service = await startProduction();
});
afterAll(stopServices, 60_000);

const WRONG = '000000';

/** One guess for a phone of its own, by the protocol and instance whose turn it is. */
async function guess(n: number, ip: string): Promise<string> {
  const { url } = service.servers[n % 2] as (typeof service.servers)[0];
  const phone = newPhone();
  const post = async (path: string, body: object | URLSearchParams) => {
    const isForm = body instanceof URLSearchParams;
    const response = await fetch(url + path, {
      method: 'POST',
      headers: {
        'x-forwarded-for': ip,
        ...(!isForm && { 'content-type': 'application/json' }),
      },
      body: isForm ? body : JSON.stringify(body),
    });
    // biome-ignore lint/suspicious/noExplicitAny: the response body is what is under test
    return (await response.json()) as any;
  };
  switch (n % 4) {
    case 0:
      return (await post('/api/v1/auth/verify', { phone, code: WRONG })).data.reason;
    case 1:
      return (await post('/trpc/auth.verifyCode', { phone, code: WRONG })).error.data.reason;
    case 2: {
      const body = { email: `${phone.slice(1)}@example.com`, password: 'Password1' };
      return (await post('/api/v1/auth/login', body)).data.reason;
    }
    default: {
      const grant = { grant_type: 'password', username: phone, password: WRONG };
      return (await post('/oauth/token', new URLSearchParams(grant))).reason;
    }
  }
}

const isJudged = (reason: string | undefined) =>
  reason === 'CODE_WRONG' || reason === 'CREDENTIALS_WRONG';

test('one address gets 30 guesses an hour, over all accounts, protocols and instances', async () => {
  const sprayer = '203.0.113.1';
  const { token, phone } = await service.signIn();
  const reasons = await Promise.all(Array.from({ length: 120 }, (_, n) => guess(n, sprayer)));
  expect(reasons.filter(isJudged)).toHaveLength(30);
  expect(reasons.filter((reason) => reason === 'RATE_LIMITED')).toHaveLength(90);

  // Other ways to guess share the budget, also with somebody's token.
  const more = { token, ip: sprayer };
  const link = { ...more, body: { phone: newPhone(), code: WRONG } };
  const password = { ...more, body: { password: 'Password1' } };
  for (const [route, request] of [
    ['POST /auth/link/phone', link],
    ['POST /auth/reauthenticate', password],
    ['POST /auth/verify', { ip: sprayer, body: { phone, code: service.code } }],
  ] as const)
    expect([route, (await service.call(route, request)).reason]).toEqual([route, 'RATE_LIMITED']);
  // Nobody else notices.
  expect((await service.signIn(phone)).phone).toBe(phone);
}, 120_000);

test('a sprayer with many addresses raises an alarm, and stops nobody', async () => {
  for (let n = 0; n < 160; n += 40)
    await Promise.all(
      Array.from({ length: 40 }, (_, each) => guess(n + each, `192.0.2.${n + each}`)),
    );
  const output = () => service.servers.map((server) => server.output()).join('');
  await waitUntil(async () => output().includes('Unusually many wrong codes and passwords'));
  expect(output().split('Unusually many').length - 1).toBeLessThanOrEqual(2);
  await service.signIn();
}, 120_000);
