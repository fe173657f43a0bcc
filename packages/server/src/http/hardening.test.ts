import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, openTestDatabase, type TestApp, testApp } from '../../test/harness.ts';
import { rawHttp } from '../../test/raw-http.ts';
import { readConfig } from '../config.ts';
import type { Database } from '../database/port.ts';

let database: Database;
let app: TestApp;
let port = 0;
beforeAll(async () => {
  database = await openTestDatabase();
  app = await openTestApp({ database, env: { HEADERS_TIMEOUT: '0.2', REQUEST_TIMEOUT: '0.4' } });
  const url = await app.app.listen({ host: '127.0.0.1', port: 0 });
  port = Number(new URL(url).port);
});
afterAll(async () => {
  await app.close();
  await database.close();
});

const raw = (write: Parameters<typeof rawHttp>[1]) => rawHttp(port, write);

const post =
  'POST /api/v1/auth/code HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

/** Sends `text`, then another `chunk` every 20 ms until the socket is closed. */
const drip =
  (text: string, chunk = 'a') =>
  async (socket: Socket) => {
    socket.write(text);
    while (socket.writable) {
      await sleep(20);
      socket.write(chunk);
    }
  };

describe('a slow client is disconnected', () => {
  test('while it sends headers', async () => {
    expect(await raw(drip(`${post}x-slow: `))).toMatch(/^HTTP\/1.1 408 .*INPUT_INVALID/s);
  });

  test('while it sends a body', async () => {
    expect(await raw(drip(`${post}content-length: 60000\r\n\r\n`))).toMatch(/^HTTP\/1.1 408 /);
  });

  test('while it sends a chunked body', async () => {
    expect(await raw(drip(`${post}transfer-encoding: chunked\r\n\r\n`, '1\r\na\r\n'))).toMatch(
      /^HTTP\/1.1 408 /,
    );
  });

  test('without delaying other clients', async () => {
    const slow = Array.from({ length: 50 }, () => raw(drip(`${post}x-slow: `)));
    const { status } = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(status).toBe(200);
    for (const response of await Promise.all(slow)) expect(response).toMatch(/^HTTP\/1.1 408 /);
  });
});

describe('rejects what is too large', () => {
  test('a content-length over the limit, without reading the body', async () => {
    const response = await raw((socket) => {
      socket.write(`${post}content-length: 999999999\r\n\r\n`);
    });
    expect(response).toMatch(/^HTTP\/1.1 413 .*PAYLOAD_TOO_LARGE/s);
  });

  test('an endless chunked body', async () => {
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const response = await raw(async (socket) => {
      socket.write(`${post}transfer-encoding: chunked\r\n\r\n`);
      for (let n = 0; n < 20 && socket.writable; n++) {
        socket.write(chunk);
        await sleep(1);
      }
    });
    expect(response).toMatch(/^HTTP\/1.1 413 .*PAYLOAD_TOO_LARGE/s);
  });

  test.each([
    ['a header of 20 kB', `x: ${'y'.repeat(20_000)}\r\n`],
    ['thousands of headers', Array.from({ length: 3000 }, (_, n) => `x${n}: y\r\n`).join('')],
  ])('%s', async (_, headers) => {
    const response = await raw((socket) => {
      socket.write(`GET /healthz HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`);
    });
    expect(response).toMatch(/^HTTP\/1.1 431 .*PAYLOAD_TOO_LARGE/s);
  });

  test('a path of 20 kB', async () => {
    const response = await raw((socket) => {
      socket.write(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    });
    expect(response).toMatch(/^HTTP\/1.1 431 /);
  });
});

test.each(['\x16\x03\x01\x02\x00\x01', 'GET / HTTP/9.9\r\n\r\n', '\0\0\0\0\r\n\r\n'])(
  'responds with 400 to bytes that are not HTTP: %j',
  async (bytes) => {
    const response = await raw((socket) => {
      socket.write(bytes, 'latin1');
    });
    expect(response).toMatch(/^HTTP\/1.1 400 .*INPUT_INVALID/s);
  },
);

describe('browser security', () => {
  const allowed = 'https://app.example.com';
  const preflight = (app: TestApp, origin: string) =>
    app.send('OPTIONS', '/api/v1/profile', {
      headers: { origin, 'access-control-request-method': 'PATCH' },
    });

  test('allows the origins of CORS_ORIGINS and exposes our headers to them', async () => {
    const app = await testApp({
      database,
      env: { CORS_ORIGINS: `${allowed},http://localhost:5173` },
    });
    expect((await preflight(app, allowed)).headers).toMatchObject({
      'access-control-allow-origin': allowed,
      'access-control-allow-credentials': 'true',
      vary: expect.stringContaining('Origin'),
    });
    const { headers } = await app.send('GET', '/healthz', { headers: { origin: allowed } });
    expect(headers['access-control-expose-headers']).toContain('retry-after');
    for (const origin of ['https://evil.example', `${allowed}.evil.example`, 'null'])
      expect((await preflight(app, origin)).headers).not.toHaveProperty(
        'access-control-allow-origin',
      );
  });

  test('allows no origin by default', async () => {
    const { headers } = await preflight(app, allowed);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  test.each(['*', 'app.example.com', 'https://app.example.com/', 'https://*.example.com'])(
    'rejects the setting CORS_ORIGINS=%s',
    (CORS_ORIGINS) => {
      const env = { APP_SECRET: 'x'.repeat(32), CORS_ORIGINS };
      expect(() => readConfig(env)).toThrow(/CORS_ORIGINS must be origins/);
    },
  );

  test('blocks foreign resources, inline scripts and framing', async () => {
    for (const url of ['/', '/docs', '/api/v1/profile', '/nowhere']) {
      const { headers } = await app.send('GET', url, {});
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toMatch(/style-src 'self'(;|$)/);
      expect(policy).toContain("font-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy.includes('unsafe')).toBe(url === '/docs');
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'strict-transport-security': expect.any(String),
        'referrer-policy': 'no-referrer',
      });
    }
  });
});

test('an overloaded process sheds load but still serves health checks', async () => {
  const app = await testApp({ database, env: { MAX_MEMORY: '1' } });
  await expect
    .poll(() => app.rest('GET /profile').then(({ status }) => status), { timeout: 10_000 })
    .toBe(503);
  for (const call of [
    () => app.rest('GET /referral/codes/K7MWQ2'),
    () => app.trpc('query referral.checkCode', { body: { code: 'K7MWQ2' } }),
  ]) {
    const { status, headers, body } = await call();
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('5');
    expect(body.data.reason).toBe('UNAVAILABLE');
  }
  for (const url of ['/healthz', '/readyz', '/metrics'])
    expect((await app.send('GET', url, {})).status).toBe(200);
});
