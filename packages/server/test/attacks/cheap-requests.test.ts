import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTestApp, type SignedIn, type TestApp } from '../harness.ts';
import { addReferees } from '../referral-family.ts';

let app: TestApp;
let anna: SignedIn;
beforeAll(async () => {
  app = await openTestApp();
  anna = await app.signIn();
});
afterAll(() => app.close());

test('the OpenAPI document is built once and revalidated by its ETag', async () => {
  const stringify = vi.spyOn(JSON, 'stringify');
  const first = await app.app.inject({ url: '/openapi.json' });
  const again = await app.app.inject({ url: '/openapi.json' });
  const documents = stringify.mock.calls.filter(([value]) => value?.openapi !== undefined);
  expect(documents).toHaveLength(1);
  stringify.mockRestore();
  expect(again.payload).toBe(first.payload);
  const { etag } = first.headers;
  expect(first.headers['cache-control']).toBe('no-cache');
  const headers = { 'if-none-match': String(etag) };
  const unchanged = await app.app.inject({ url: '/openapi.json', headers });
  expect([unchanged.statusCode, unchanged.payload]).toEqual([304, '']);
  const elsewhere = await app.app.inject({ url: '/openapi.json', headers: { host: '127.0.0.1' } });
  expect(elsewhere.json().servers).toEqual([{ url: 'http://127.0.0.1/api/v1' }]);
});

test('a batch holds at most 10 calls', async () => {
  const batch = (count: number, separator = ',') => {
    const paths = Array<string>(count).fill('referral.checkCode').join(separator);
    const input = Object.fromEntries(Array.from({ length: count }, (_, n) => [n, { code: 'X' }]));
    const query = `batch=1&input=${encodeURIComponent(JSON.stringify(input))}`;
    return app.send('GET', `/trpc/${paths}?${query}`, { headers: { 'accept-language': 'en' } });
  };
  const { status, body } = await batch(10);
  expect([status, body.length]).toEqual([200, 10]);
  for (const separator of [',', '%2C', '%2c']) {
    const refused = await batch(11, separator);
    expect(refused.status).toBe(400);
    expect(refused.body.error.data).toMatchObject({
      reason: 'INPUT_INVALID',
      issues: [{ message: 'A batch holds at most 10 calls. Split it.' }],
    });
  }
  // tRPC decodes the path again.
  expect((await batch(11, '%252C')).status).toBe(400);
});

test.each([
  ['referral.tree', () => `/users/${anna.user.id}/tree`],
  ['referral.stats', () => '/referral/stats'],
])('%s allows 60 calls a minute per account', async (name, path) => {
  const other = await app.signIn();
  const call = ({ accessToken }: SignedIn) => app.rest(`GET ${path()}`, { token: accessToken });
  for (let n = 0; n < 60; n++) expect((await call(anna)).status).toBe(200);
  const refused = await call(anna);
  expect(refused.body.data.reason).toBe('RATE_LIMITED');
  expect(refused.headers['ratelimit-policy']).toBe(`"${name}";q=60;w=60`);
  expect((await call(other)).status).not.toBe(429);
});

test('a tree of long names takes at most 256 KiB, and statistics of a year 16 KiB', async () => {
  const { accessToken: token, user } = await app.signIn();
  const { database } = app.deps;
  const children = await addReferees(database, [user.id], 100);
  await addReferees(database, children, 20);
  const measure = async (path: string) => {
    const { body, status } = await app.rest(`GET ${path}`, { token });
    expect(status).toBe(200);
    return { body, bytes: Buffer.byteLength(JSON.stringify(body)) };
  };
  const tree = `/users/${user.id}/tree?limit=100`;
  await database.query(sql`update users set display_name = 'Anna Petrova' where phone is null`);
  const usual = await measure(tree);
  expect(usual.body.children).toHaveLength(100);
  expect(usual.bytes).toBeLessThan(256 * 1024);
  // The longest name in JSON: every character takes 3 bytes.
  await database.query(sql`update users set display_name = ${'語'.repeat(80)} where phone is null`);
  const longest = await measure(tree);
  expect(longest.bytes).toBeLessThanOrEqual(256 * 1024);
  expect(longest.bytes).toBeGreaterThan(200 * 1024);
  expect(longest.body.children).toHaveLength(100);
  expect((await measure('/referral/stats?days=366')).bytes).toBeLessThan(16 * 1024);
});
