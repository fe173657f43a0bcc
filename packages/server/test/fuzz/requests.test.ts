import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTarget, type Target } from './target.ts';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target?.close());

describe('strange requests', () => {
  test.each([
    '/trpc/__proto__',
    '/trpc/constructor',
    '/trpc/auth.__proto__',
    '/trpc/auth.toString,profile.me?batch=1',
    '/trpc/profile.me?batch=1&input=%7B%22__proto__%22%3A1%7D',
    '/trpc/profile.me?input=%00',
    '/trpc/profile.me?input=%ff',
    '/trpc/%00',
    '/trpc/',
    '/trpc',
    '/api/v1/users/%00',
    '/api/v1/users/%ff%fe',
    '/api/v1/users/%',
    '/api/v1/users/..%2f..%2fadmin',
    '/api/v1/referral/codes/%00',
    '/api/v1/referral/codes/a%00b',
    `/api/v1/referral/codes/${'%F0%9F%98%80'.repeat(500)}`,
    `/api/v1/referral/codes/${'a'.repeat(6000)}`,
    `/api/v1/${'a/'.repeat(3000)}`,
    `/api/v1/profile?${'a=1&'.repeat(2000)}`,
    '/api/v1/profile?__proto__[role]=admin&constructor=1',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%00',
    '//evil.example/%2e%2e',
  ])('%s', async (url) => {
    const { status } = await target.send({ method: 'GET', url }, await target.asAdmin());
    expect(status).toBeLessThan(500);
    expect({}).not.toHaveProperty('role');
  });

  test('random headers cause no fault', async () => {
    const header = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.constantFrom('Bearer', 'Bearer  x', 'Bearer a.b.c', `Bearer ${'a'.repeat(8000)}`),
      fc.constantFrom('*', 'ru;q=x', 'en;q=1e999', ',;,;', `${'en,'.repeat(2000)}`),
      fc.constantFrom('eyJhbGciOiJub25lIn0.e30.', `Bearer ${'{}'.repeat(9)}`, 'invitree_session=x'),
    );
    const sendable = header.map((value) => value.replaceAll(/[^\t\x20-\x7e]/g, '?'));
    const names = [
      'authorization',
      'accept-language',
      'cookie',
      'user-agent',
      'origin',
      'x-forwarded-for',
      'content-type',
      'accept',
      'trpc-accept',
      'if-none-match',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.record(Object.fromEntries(names.map((name) => [name, sendable])), { requiredKeys: [] }),
        async (headers) => {
          const named = headers as Record<string, string>;
          await target.send({ method: 'GET', url: '/api/v1/profile' }, named);
          await target.send({ method: 'GET', url: '/trpc/profile.me' }, named);
          await target.send({ method: 'POST', url: '/api/v1/auth/verify', body: '{}' }, named);
        },
      ),
      { numRuns: 60 },
    );
  });
});
