import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, openTestDatabase, type TestApp, testApp } from '../../test/harness.ts';
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

/** Writes to a socket of its own; `answer` is all that came back until the server closed it. */
function raw(write: (socket: Socket) => void | Promise<void>): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => write(socket));
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

const post = 'POST /api/v1/auth/code HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

/** A drop every 20 ms, for ever. */
const drip =
  (text: string, drop = 'a') =>
  async (socket: Socket) => {
    socket.write(text);
    while (socket.writable) {
      await sleep(20);
      socket.write(drop);
    }
  };

describe('a client that takes its time is cut off', () => {
  test('in the head', async () => {
    expect(await raw(drip(`${post}x-slow: `))).toMatch(/^HTTP\/1.1 408 .*INPUT_INVALID/s);
  });

  test('in the body', async () => {
    expect(await raw(drip(`${post}content-length: 60000\r\n\r\n`))).toMatch(/^HTTP\/1.1 408 /);
  });

  test('in a body of chunks', async () => {
    expect(await raw(drip(`${post}transfer-encoding: chunked\r\n\r\n`, '1\r\na\r\n'))).toMatch(
      /^HTTP\/1.1 408 /,
    );
  });

  test('while others are served', async () => {
    const slow = Array.from({ length: 50 }, () => raw(drip(`${post}x-slow: `)));
    const { status } = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(status).toBe(200);
    for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^HTTP\/1.1 408 /);
  });
});

describe('what is too large is refused', () => {
  test('by its announced length, unread', async () => {
    const answer = await raw((socket) => {
      socket.write(`${post}content-length: 999999999\r\n\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1.1 413 .*PAYLOAD_TOO_LARGE/s);
  });

  test('as chunks without an end', async () => {
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const answer = await raw(async (socket) => {
      socket.write(`${post}transfer-encoding: chunked\r\n\r\n`);
      for (let n = 0; n < 20 && socket.writable; n++) {
        socket.write(chunk);
        await sleep(1);
      }
    });
    expect(answer).toMatch(/^HTTP\/1.1 413 .*PAYLOAD_TOO_LARGE/s);
  });

  test.each([
    ['one header of 20 kB', `x: ${'y'.repeat(20_000)}\r\n`],
    ['a flood of headers', Array.from({ length: 3000 }, (_, n) => `x${n}: y\r\n`).join('')],
  ])('%s', async (_, headers) => {
    const answer = await raw((socket) => {
      socket.write(`GET /healthz HTTP/1.1\r\nhost: x\r\n${headers}\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1.1 431 .*PAYLOAD_TOO_LARGE/s);
  });

  test('a long path', async () => {
    const answer = await raw((socket) => {
      socket.write(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
  });

  test('a batch of more than 50', async () => {
    const paths = Array<string>(51).fill('referral.checkCode').join(',');
    const { status } = await app.send('GET', `/trpc/${paths}?batch=1&input=%7B%7D`, {});
    expect(status).toBe(400);
  });
});

test.each(['\x16\x03\x01\x02\x00\x01', 'GET / HTTP/9.9\r\n\r\n', '\0\0\0\0\r\n\r\n'])(
  'what is no HTTP is answered and closed: %j',
  async (bytes) => {
    const answer = await raw((socket) => {
      socket.write(bytes, 'latin1');
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 .*INPUT_INVALID/s);
  },
);

describe('browsers', () => {
  const listed = 'https://app.example.com';
  const ask = (app: TestApp, origin: string) =>
    app.send('OPTIONS', '/api/v1/profile', {
      headers: { origin, 'access-control-request-method': 'PATCH' },
    });

  test('of listed origins may call, and read the headers that matter', async () => {
    const app = await testApp({
      database,
      env: { CORS_ORIGINS: `${listed},http://localhost:5173` },
    });
    expect((await ask(app, listed)).headers).toMatchObject({
      'access-control-allow-origin': listed,
      'access-control-allow-credentials': 'true',
      vary: expect.stringContaining('Origin'),
    });
    const { headers } = await app.send('GET', '/healthz', { headers: { origin: listed } });
    expect(headers['access-control-expose-headers']).toContain('retry-after');
    for (const origin of ['https://evil.example', `${listed}.evil.example`, 'null'])
      expect((await ask(app, origin)).headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('of no other origin may, unless one is listed', async () => {
    const { headers } = await ask(app, listed);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  test.each(['*', 'app.example.com', 'https://app.example.com/', 'https://*.example.com'])(
    'CORS_ORIGINS=%s stops the start',
    (CORS_ORIGINS) => {
      const env = { APP_SECRET: 'x'.repeat(32), CORS_ORIGINS };
      expect(() => readConfig(env)).toThrow(/CORS_ORIGINS must be origins/);
    },
  );

  test('are told to load nothing foreign, run nothing inline, frame nothing', async () => {
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

test('an overloaded process sheds load, and its health stays visible', async () => {
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
