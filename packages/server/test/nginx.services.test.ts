import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnInstance, ownInstance } from './own-instance.ts';
import {
  alsoStop,
  freePort,
  installed,
  ownPostgres,
  ownRedis,
  stopOwnServers,
  until,
} from './own-servers.ts';

/**
 * nginx with the very files of deploy/nginx in front of two real instances. Changed are only the places
 * that are not the same here: the instances' addresses, the port, and where the process number goes.
 */
const there = await installed('nginx');
const folder = mkdtempSync(join(tmpdir(), 'invitree-nginx-'));
let instances: OwnInstance[];
let port: number;

beforeAll(async () => {
  if (!there) return;
  const [postgres, redis] = await Promise.all([ownPostgres(), ownRedis()]);
  instances = await Promise.all(
    [1, 2].map(() =>
      ownInstance({
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        TRUST_PROXY: '127.0.0.1',
        RATE_LIMIT_EXEMPT: '203.0.113.0/24',
        SMS_SENDER: `file:${join(folder, 'sms')}`,
        LOG_LEVEL: 'warn',
      }),
    ),
  );
  await Promise.all(instances.map((each) => each.start()));
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
  const child = spawn(
    'nginx',
    ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'],
    { stdio: 'ignore' },
  );
  alsoStop(async () => child.kill('SIGQUIT'));
  await until(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
});
afterAll(async () => {
  await stopOwnServers();
  rmSync(folder, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what is under test
const json = (answer: Response): Promise<any> => answer.json();

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** From another address of this machine: what one does does not count against another. */
function getFrom(localAddress: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, localAddress, agent: false };
    const asked = request(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject).end();
  });
}

test.skipIf(!there)(
  'a session through nginx, with the real address of the client and not what it claims',
  async () => {
    const phone = '+79991234567';
    const { devCode } = await json(await post('/api/v1/auth/code', { phone }));
    const forged = { 'x-forwarded-for': '198.51.100.7' };
    const answer = await post('/api/v1/auth/verify', { phone, code: devCode }, forged);
    const { accessToken } = await json(answer);
    const headers = { authorization: `Bearer ${accessToken}` };
    const url = `http://127.0.0.1:${port}/api/v1/auth/sessions`;
    const { items } = await json(await fetch(url, { headers }));
    expect(items[0].ip).toBe('127.0.0.1');
  },
);

test.skipIf(!there)('refuses in the shape of the service', async () => {
  const large = await post('/api/v1/auth/code', { phone: 'x'.repeat(70_000) });
  expect([large.status, (await json(large)).data.reason]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
  const flood = await Promise.all(
    Array.from({ length: 45 }, () => [0, 0].map(() => getFrom('127.0.0.9', '/healthz'))).flat(),
  );
  expect(flood).toContain(429);
  expect(await getFrom('127.0.0.10', '/healthz')).toBe(200);
});

test.skipIf(!there)(
  'an instance that is killed is not noticed; with none left it is UNAVAILABLE',
  async () => {
    const [one, other] = instances as [OwnInstance, OwnInstance];
    await one.stop('SIGKILL');
    for (let n = 0; n < 20; n++) {
      const answer = await post('/api/v1/auth/verify', { phone: '+79995554433', code: '0000' });
      expect([answer.status, (await json(answer)).data.reason]).toEqual([401, 'CODE_EXPIRED']);
    }
    await other.stop('SIGKILL');
    const away = await fetch(`http://127.0.0.1:${port}/api/v1/profile`);
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await json(away)).data.reason).toBe('UNAVAILABLE');
    await one.start();
    await until(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
  },
);

test.skipIf(!there)('the TLS files are valid too', async () => {
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
  // Without pipes, which nginx cannot open as /dev/stdout.
  const args = ['-t', '-p', folder, '-c', join(folder, 'nginx.conf')];
  const [code] = await once(spawn('nginx', args, { stdio: 'ignore' }), 'exit');
  expect(code).toBe(0);
});
