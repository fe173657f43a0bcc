import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LaunchedServer } from './launch.ts';
import { stopServices, temporaryFolder } from './services/cleanup.ts';
import { startInstance } from './services/instance.ts';
import { freePort } from './services/ports.ts';
import { startPostgres } from './services/postgres.ts';
import { isInstalled, startProcess } from './services/processes.ts';
import { startRedis } from './services/redis.ts';
import { waitUntil } from './services/wait-until.ts';

/**
 * nginx with the files of deploy/nginx in front of two instances. Only what differs in a test is
 * replaced: the addresses of the instances, the port, and the path of the pid file.
 */
const hasNginx = await isInstalled('nginx');
const folder = temporaryFolder('nginx');
let instances: LaunchedServer[];
let port: number;

beforeAll(async () => {
  if (!hasNginx) return;
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const env = {
    APP_SECRET: 'tests-only-'.repeat(4),
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    TRUST_PROXY: '127.0.0.1',
    RATE_LIMIT_EXEMPT: '203.0.113.0/24',
    SMS_SENDER: `file:${join(folder, 'sms')}`,
    LOG_LEVEL: 'warn',
  };
  instances = await Promise.all([1, 2].map(() => startInstance(env)));
  port = await freePort();
  cpSync(fileURLToPath(new URL('../../../deploy/nginx', import.meta.url)), folder, {
    recursive: true,
  });
  mkdirSync(join(folder, 'servers'));
  const edit = (name: string, from: RegExp, to: string, target = name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text).toMatch(from);
    writeFileSync(join(folder, target), text.replace(from, to));
  };
  edit('nginx.conf', /pid .*;/, `pid ${join(folder, 'pid')};`);
  edit('upstream.conf', /invitree-1:3000/, `127.0.0.1:${instances[0]?.port}`);
  edit('upstream.conf', /invitree-2:3000/, `127.0.0.1:${instances[1]?.port}`);
  edit('http.conf', /listen 80 /, `listen 127.0.0.1:${port} `, 'servers/http.conf');
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'];
  startProcess('nginx', args, 'SIGTERM');
  await waitUntil(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
});
afterAll(stopServices);

// biome-ignore lint/suspicious/noExplicitAny: the response body is what is under test
const json = (response: Response): Promise<any> => response.json();

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** Sends a request from another loopback address, which has a rate limit of its own. */
function getFrom(localAddress: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, localAddress, agent: false };
    const sent = request(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject).end();
  });
}

test.skipIf(!hasNginx)(
  'a session records the address of the client, not a forged X-Forwarded-For',
  async () => {
    const phone = '+79991234567';
    const { devCode } = await json(await post('/api/v1/auth/code', { phone }));
    const forged = { 'x-forwarded-for': '198.51.100.7' };
    const response = await post('/api/v1/auth/verify', { phone, code: devCode }, forged);
    const { accessToken } = await json(response);
    const headers = { authorization: `Bearer ${accessToken}` };
    const url = `http://127.0.0.1:${port}/api/v1/auth/sessions`;
    const { items } = await json(await fetch(url, { headers }));
    expect(items[0].ip).toBe('127.0.0.1');
  },
);

test.skipIf(!hasNginx)('nginx rejects requests with the error format of the API', async () => {
  const large = await post('/api/v1/auth/code', { phone: 'x'.repeat(70_000) });
  expect([large.status, (await json(large)).data.reason]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
  const flood = await Promise.all(
    Array.from({ length: 90 }, () => getFrom('127.0.0.9', '/healthz')),
  );
  expect(flood).toContain(429);
  expect(await getFrom('127.0.0.10', '/healthz')).toBe(200);
});

test.skipIf(!hasNginx)(
  'clients do not notice a killed instance, and get UNAVAILABLE once none is left',
  async () => {
    const [first, second] = instances as [LaunchedServer, LaunchedServer];
    await first.stop('SIGKILL');
    for (let n = 0; n < 20; n++) {
      const phone = `+7999555${4400 + n}`;
      const response = await post('/api/v1/auth/verify', { phone, code: '0000' });
      expect([response.status, (await json(response)).data.reason]).toEqual([401, 'CODE_WRONG']);
    }
    await second.stop('SIGKILL');
    const refused = await fetch(`http://127.0.0.1:${port}/api/v1/profile`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await json(refused)).data.reason).toBe('UNAVAILABLE');
    await first.restart();
    await waitUntil(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
  },
);

test.skipIf(!hasNginx)('the TLS configuration is valid', async () => {
  mkdirSync(join(folder, 'tls'));
  const [key, certificate] = ['privkey.pem', 'fullchain.pem'].map((name) =>
    join(folder, 'tls', name),
  );
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=invite.example',
    '-keyout',
    `${key}`,
    '-out',
    `${certificate}`,
  ]);
  cpSync(join(folder, 'tls.conf'), join(folder, 'servers', 'tls.conf'));
  cpSync(join(folder, 'redirect.conf'), join(folder, 'servers', 'http.conf'));
  // nginx cannot open /dev/stdout if it is a pipe, so its output is ignored.
  const args = ['-t', '-p', folder, '-c', join(folder, 'nginx.conf')];
  const [code] = await once(spawn('nginx', args, { stdio: 'ignore' }), 'exit');
  expect(code).toBe(0);
});
