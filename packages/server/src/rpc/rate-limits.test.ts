import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPhone, openTestDatabase, type TestOptions, testApp } from '../../test/harness.ts';
import type { Database } from '../database/port.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
const limitedApp = (env?: TestOptions['env']) => testApp({ database, ...(env && { env }) });

const forwarded = { TRUST_PROXY: '127.0.0.1' };
const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } });
const check = 'GET /referral/codes/K7MWQ2';

describe('a limited procedure', () => {
  test('refuses an address over its limit and reports the limit over both protocols', async () => {
    const app = await limitedApp(forwarded);
    const first = await app.rest(check, from('2001:db8::1'));
    expect(first.headers).toMatchObject({
      'ratelimit-policy': '"referral.checkCode";q=60;w=60',
      ratelimit: '"referral.checkCode";r=59;t=60',
    });
    for (let n = 1; n < 60; n++) await app.rest(check, from(`2001:db8::${n}`));
    const refused = await app.trpc('query referral.checkCode', {
      body: { code: 'K7MWQ2' },
      ...from('2001:db8:0:0:ffff::1'),
    });
    expect(refused).toMatchObject({ status: 429, body: { data: { reason: 'RATE_LIMITED' } } });
    const { retryAfter } = refused.body.data;
    expect(refused.headers['retry-after']).toBe(String(retryAfter));
    expect(refused.headers['ratelimit']).toBe(`"referral.checkCode";r=0;t=${retryAfter}`);
    expect(retryAfter).toBeGreaterThan(50);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect((await app.rest(check, from('2001:db8:0:1::1'))).status).toBe(200);
  });

  test('limits an IPv6 /48 to ten times the calls of a /64', async () => {
    const app = await limitedApp(forwarded);
    const call = async (network: number) =>
      (await app.rest(check, from(`2001:db8:77:${network.toString(16)}::1`))).status;
    const statuses = [];
    for (let n = 0; n < 610; n++) statuses.push(await call(n));
    expect(statuses.filter((status) => status === 200)).toHaveLength(600);
    const refused = await app.rest(check, from('2001:db8:77:ffff::1'));
    expect(refused.headers['ratelimit']).toContain('"referral.checkCode.site";r=0');
    expect((await app.rest(check, from('2001:db8:78::1'))).status).toBe(200);
  });

  test('takes nothing from the neighbours of a /64 that is over its limit', async () => {
    const app = await limitedApp(forwarded);
    for (let n = 0; n < 700; n++) await app.rest(check, from('2001:db8:79::1'));
    expect((await app.rest(check, from('2001:db8:79:1::1'))).status).toBe(200);
  });

  test('exempts only the addresses of RATE_LIMIT_EXEMPT', async () => {
    const app = await limitedApp({ ...forwarded, RATE_LIMIT_EXEMPT: '10.0.0.0/8,fd00::/8' });
    for (const [ip, limited] of [
      ['10.1.2.3', false],
      ['::ffff:10.1.2.3', false],
      ['fd12::1', false],
      ['11.0.0.1', true],
    ] as const) {
      const { headers } = await app.rest(check, from(ip));
      expect({ ip, limited: headers['ratelimit'] !== undefined }).toEqual({ ip, limited });
    }
  });

  test('exempts loopback in development and nothing in production', async () => {
    const development = await limitedApp();
    expect((await development.rest(check)).headers).not.toHaveProperty('ratelimit');
    const production = await limitedApp({ NODE_ENV: 'production' });
    expect((await production.rest(check)).headers).toHaveProperty('ratelimit');
  });

  test('ignores an X-Forwarded-For that is not an address', async () => {
    const app = await limitedApp({ ...forwarded, RATE_LIMIT_EXEMPT: '10.0.0.0/8' });
    const { status, headers } = await app.rest(check, from("nonsense'; --"));
    expect({ status, limited: 'ratelimit' in headers }).toEqual({ status: 200, limited: true });
  });

  test('ignores X-Forwarded-For unless a trusted proxy sent it', async () => {
    const app = await limitedApp({ RATE_LIMIT_EXEMPT: '10.0.0.0/8' });
    const { headers } = await app.rest(check, from('10.1.2.3'));
    expect(headers['ratelimit']).toBeDefined();
  });

  test('counts every call of a batch and reports each limit once', async () => {
    const app = await limitedApp({ RATE_LIMIT_EXEMPT: '10.0.0.0/8' });
    const input = JSON.stringify({ 0: { code: 'AAAA' }, 1: { code: 'BBBB' } });
    const { status, headers } = await app.send(
      'GET',
      `/trpc/referral.checkCode,referral.checkCode?batch=1&input=${encodeURIComponent(input)}`,
      {},
    );
    expect(status).toBe(200);
    expect(headers['ratelimit']).toBe('"referral.checkCode";r=58;t=60');
  });
});

test('limits an account across all its addresses', async () => {
  const app = await limitedApp(forwarded);
  const anna = await app.signIn(newPhone());
  const activate = (ip: string) =>
    app.rest('POST /referral/activate', {
      token: anna.accessToken,
      body: { inviteCode: 'NONE' },
      ...from(ip),
    });
  const { headers } = await activate('127.0.0.1');
  expect(headers['ratelimit-policy']).toBe('"referral.activate";q=300;w=600');
  for (let n = 0; n < 299; n++) await activate(`10.0.${n}.1`);
  expect(await activate('10.1.0.1')).toMatchObject({ status: 429 });
});
