import { beforeEach, expect, test } from 'vitest';
import { outcome } from '../../test/attempt-code.ts';
import { newPhone, type TestApp, testApp } from '../../test/harness.ts';
import { DomainError } from '../core/errors.ts';
import { withFailureBudget } from './failure-budget.ts';

let app: TestApp;
beforeEach(async () => {
  app = await testApp();
});

const attempt = (ip: string, error?: Error) =>
  outcome(
    withFailureBudget(app.deps, { method: 'code', client: { ip, userAgent: null } }, async () => {
      if (error) throw error;
    }),
  );
const wrong = new DomainError('CODE_WRONG');
const repeat = (count: number, each: (n: number) => Promise<unknown>) =>
  Promise.all(Array.from({ length: count }, (_, n) => each(n)));
const judged = (outcomes: unknown[]) =>
  outcomes.filter((each) => (each as { reason: string }).reason === 'CODE_WRONG').length;

test('an address has 30 wrong proofs an hour, in parallel too, and right ones are free', async () => {
  const ip = '198.51.100.1';
  await repeat(50, () => attempt(ip));
  await repeat(50, () => attempt(ip, new DomainError('CODE_EXPIRED')));
  expect(judged(await repeat(100, () => attempt(ip, wrong)))).toBe(30);
  // Not even a right proof is judged, but the next address is not affected.
  expect(await attempt(ip)).toMatchObject({ reason: 'RATE_LIMITED' });
  expect(await attempt('198.51.100.2')).toBe('ok');
});

test('the networks of an IPv6 /48 share 300 an hour', async () => {
  const guesses = await repeat(400, (n) => attempt(`2001:db8:1:${n.toString(16)}::1`, wrong));
  expect(judged(guesses)).toBe(300);
  expect(await attempt('2001:db8:2::1')).toBe('ok');
});

test('addresses in RATE_LIMIT_EXEMPT have no budget', async () => {
  expect(judged(await repeat(100, () => attempt('127.0.0.1', wrong)))).toBe(100);
});

test('codes, passwords and all protocols share the budget', async () => {
  const { accessToken: token } = await app.signIn();
  const send = (url: string, payload: object | string, headers = {}) =>
    app.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { authorization: `Bearer ${token}`, ...headers },
      remoteAddress: '198.51.100.3',
    });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const grant = (username: string) =>
    new URLSearchParams({ grant_type: 'password', username, password: '000000' }).toString();
  const code = '000000';
  const password = 'wrong password';
  const requests = () => [
    () => send('/api/v1/auth/verify', { phone: newPhone(), code }),
    () => send('/trpc/auth.verifyCode', { phone: newPhone(), code }),
    () => send('/api/v1/auth/link/phone', { phone: newPhone(), code }),
    () => send('/api/v1/auth/login', { email: `${newPhone().slice(1)}@example.com`, password }),
    () => send('/oauth/token', grant(newPhone()), form),
    () => send('/api/v1/auth/reauthenticate', { code }),
  ];
  for (let round = 0; round < 5; round++)
    for (const request of requests()) expect([400, 401]).toContain((await request()).statusCode);
  for (const request of requests()) expect((await request()).statusCode).toBe(429);
});
