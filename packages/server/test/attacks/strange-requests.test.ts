import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setCookie } from '../browser.ts';
import { newPhone, openTestApp, type TestApp, testApp } from '../harness.ts';
import { rawHttp } from '../raw-http.ts';

const PUBLIC_URL = 'https://invite.example';
let app: TestApp;
let port: number;
beforeAll(async () => {
  app = await openTestApp({
    env: {
      NODE_ENV: 'production',
      PUBLIC_URL,
      ALLOWED_HOSTS: 'invitree.internal',
      TEST_PHONES: '+7999*:1111',
      TEST_PHONES_IN_PRODUCTION: 'yes',
    },
  });
  const url = await app.app.listen({ host: '127.0.0.1', port: 0 });
  port = Number(new URL(url).port);
});
afterAll(() => app.close());

const get = (path: string, host: string, more = '') =>
  rawHttp(port, `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n${more}connection: close\r\n\r\n`);

const FOREIGN = [
  'evil.example',
  'evil.example:443',
  'invite.example.evil.example',
  'invite.example@evil.example',
  'invite.example/evil',
  '198.51.100.7',
  '127.0.0.1.evil.example',
  'localhost',
  '%%%',
  '[',
  '[::1',
  'a b',
  '"><script>',
  `${'a'.repeat(8000)}.example`,
  '',
];
const PATHS = [
  '/',
  '/docs',
  '/openapi.json',
  '/i/K7MWQ2',
  '/app',
  '/nowhere',
  '/api/v1/referral/codes/K7MWQ2',
  '/trpc/referral.checkCode?input=%7B%22code%22%3A%22K7MWQ2%22%7D',
  '/trpc/referral.checkCode?input=%7B%22code%22%3A%22K7MWQ2%22%7D&extra=1',
  '/trpc/profile.me,profile.me?batch=1',
  '/.well-known/oauth-authorization-server',
  '/.well-known/jwks.json',
];

test.each(['127.0.0.1', `[::1]:3000`])('%s is served, and never gets into links', async (host) => {
  const response = await get('/.well-known/oauth-authorization-server', host);
  expect(response).toMatch(/^HTTP\/1\.1 200 .*"issuer":"https:\/\/invite\.example"/s);
});

describe('a foreign host', () => {
  test.each(FOREIGN)('%s is refused everywhere', async (host) => {
    for (const path of PATHS) {
      const response = await get(path, host);
      expect(response).toMatch(/^HTTP\/1\.1 400 /);
      expect(response).toMatch(/INPUT_INVALID/);
      if (host.includes('evil')) expect(response).not.toContain('evil');
    }
  });

  test('is refused over OAuth in its error format, and as the host that a proxy forwards', async () => {
    const form = 'content-type: application/x-www-form-urlencoded\r\ncontent-length: 0\r\n';
    const oauth = await rawHttp(
      port,
      `POST /oauth/token HTTP/1.1\r\nhost: evil.example\r\n${form}connection: close\r\n\r\n`,
    );
    expect(oauth).toMatch(/^HTTP\/1\.1 400 .*"error":"invalid_request".*INPUT_INVALID/s);
    const behindProxy = await testApp({ env: { TRUST_PROXY: '127.0.0.1' } });
    const forwarded = { headers: { 'x-forwarded-host': 'evil.example' } };
    const { status, body } = await behindProxy.rest('GET /referral/codes/K7MWQ2', forwarded);
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { data: { issues: [{ path: ['host'] }] } },
    });
  });

  test('is ignored when no proxy is trusted', async () => {
    const more = 'x-forwarded-host: evil.example\r\nx-forwarded-proto: http\r\n';
    const response = await get('/.well-known/oauth-authorization-server', 'invite.example', more);
    expect(response).toMatch(/^HTTP\/1\.1 200 /);
    expect(response).toContain(`"issuer":"${PUBLIC_URL}"`);
  });
});

test.each(['invite.example', 'INVITE.example:443', 'invitree.internal:3000'])(
  '%s is served, with the public URL in issuer and links',
  async (host) => {
    const metadata = await get('/.well-known/oauth-authorization-server', host);
    expect(metadata).toContain(`"issuer":"${PUBLIC_URL}"`);
    expect(await get('/openapi.json', host)).toContain(`"${PUBLIC_URL}/api/v1"`);
    expect(await get('/', host)).toContain(PUBLIC_URL);
  },
);

test.each(['/healthz', '/readyz', '/metrics'])(
  '%s responds to probes of an address',
  async (path) => {
    for (const host of ['10.1.2.3:3000', '%%%', 'evil.example'])
      expect(await get(path, host)).toMatch(/^HTTP\/1\.1 200 /);
  },
);

test('the cookie is bound to its host if only PUBLIC_URL says https', async () => {
  const phone = newPhone();
  await app.rest('POST /auth/code', { body: { phone } });
  const response = await app.rest('POST /auth/verify', {
    body: { phone, code: '1111', transport: 'cookie' },
  });
  expect(setCookie(response)).toMatch(/^__Host-invitree_session=.*; Secure/);
});

describe('no 5xx for', () => {
  const METHODS = [
    'TRACE',
    'CONNECT',
    'PROPFIND',
    'QUERY',
    'PUT',
    'OPTIONS',
    'SOURCE',
    'M-SEARCH',
    'FOO',
    'get',
  ];
  test.each(METHODS)('the method %s', async (method) => {
    for (const path of [
      '/',
      '/trpc/profile.me',
      '/api/v1/profile',
      '/oauth/token',
      '/nowhere',
      '*',
    ])
      for (const host of ['invite.example', 'evil.example']) {
        const request = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
        const response = await rawHttp(port, request);
        if (method !== 'CONNECT') expect(response).toMatch(/^HTTP\/1\.1 [234]\d\d /);
        expect(response).not.toMatch(/^HTTP\/1\.1 5/);
      }
  });

  test.each([
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n'],
    ['two Hosts', 'GET / HTTP/1.1\r\nhost: evil.example\r\nhost: invite.example\r\n\r\n'],
    ['an absolute URL', 'GET http://evil.example/ HTTP/1.1\r\nhost: evil.example\r\n\r\n'],
    ['a host of 20 kB', `GET / HTTP/1.1\r\nhost: ${'a'.repeat(20_000)}\r\n\r\n`],
    [
      'an upgrade',
      'GET /nowhere HTTP/1.1\r\nhost: invite.example\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n',
    ],
  ])('%s', async (_, request) => {
    const response = await rawHttp(port, request, 2_000);
    expect(response).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(response).not.toContain('evil');
  });
});
