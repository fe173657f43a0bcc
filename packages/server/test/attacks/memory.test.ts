import { readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LaunchedServer } from '../launch.ts';
import { rawHttp } from '../raw-http.ts';
import { stopServices, temporaryFolder } from '../services/cleanup.ts';
import { startInstance } from '../services/instance.ts';

const MIB = 1024 * 1024;
const BODY = 200 * MIB;
/** MiB by which bodies may raise the process's memory. */
const MAX_GROWTH = 30;
/** MiB of garbage that a flood of served requests may leave until it is collected. */
const MAX_GARBAGE = 64;

let server: LaunchedServer;
beforeAll(async () => {
  server = await startInstance({
    NODE_ENV: 'production',
    DATA_DIR: temporaryFolder('memory'),
    LOG_LEVEL: 'info',
  });
  // Compiles what requests need, so that only the attack adds memory.
  for (let n = 0; n < 200; n++)
    await fetch(`${server.url}/trpc/referral.checkCode?input=%7B%22code%22%3A%22X%22%7D`);
  await fetch(`${server.url}/openapi.json`);
}, 120_000);
afterAll(stopServices);

/** Starts measuring the peak of the process's memory, and returns by how many MiB it has grown. */
function measureGrowth(): () => number {
  // Resets VmHWM (proc_pid_clear_refs(5)), which the start of the embedded database has raised.
  writeFileSync(`/proc/${server.pid}/clear_refs`, '5');
  const before = memory().now;
  return () => memory().peak - before;
}

/** Resident memory in MiB: now, and at its peak. */
function memory() {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const read = (name: string) =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

/** Sends the head and then up to 200 MB, as fast as the server takes them. */
async function flood(head: string, chunk: string): Promise<{ response: string; sent: number }> {
  let sent = 0;
  const response = await rawHttp(server.port, async (socket) => {
    socket.write(head);
    while (sent < BODY && socket.writable) {
      sent += chunk.length;
      if (!socket.write(chunk)) await drained(socket);
    }
  });
  return { response, sent };
}

const drained = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', () => resolve());
  });

const head = (method: string, path: string, headers: string[]) =>
  [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1', ...headers, '', ''].join('\r\n');

const MULTIPART = 'content-type: multipart/form-data; boundary=x';
const part = '--x\r\ncontent-disposition: form-data; name="a"; filename="a"\r\n\r\n';
const plain = 'a'.repeat(64 * 1024);
const chunked = `10000\r\n${plain}\r\n`;

const PATHS = ['/trpc/auth.requestCode', '/api/v1/auth/code', '/oauth/token', '/nowhere'];
const TYPES = [
  MULTIPART,
  'content-type: application/octet-stream',
  'content-type: text/plain',
  'content-type: nonsense',
  'x-no-type: 1',
];
const ATTACKS = [
  ...PATHS.flatMap((path) => TYPES.map((type) => ['POST', path, type] as const)),
  ['POST', '/trpc/auth.requestCode?batch=1', MULTIPART],
  ['POST', '/trpc/auth.requestCode,auth.login?batch=1', MULTIPART],
  ['POST', '/trpc/auth.requestCode', 'content-type: application/json'],
  ['PUT', '/trpc/auth.requestCode', MULTIPART],
  ['OPTIONS', '/trpc/auth.requestCode', MULTIPART],
  ['GET', '/trpc/profile.me', MULTIPART],
  ['GET', '/trpc/profile.me', 'content-type: application/json'],
  ['GET', '/api/v1/profile', 'x-no-type: 1'],
  ['HEAD', '/healthz', 'x-no-type: 1'],
  ['DELETE', '/api/v1/profile', MULTIPART],
  ['DELETE', '/api/v1/profile', 'content-type: application/json'],
  ['TRACE', '/trpc/profile.me', MULTIPART],
] as const;

test('a body of 200 MB is refused early and not kept, whatever its type, method and path', async () => {
  const growth = measureGrowth();
  for (const [method, path, type] of ATTACKS)
    for (const [length, chunk] of [
      [`content-length: ${BODY}`, plain],
      ['transfer-encoding: chunked', chunked],
    ] as const) {
      const { response, sent } = await flood(head(method, path, [type, length]), chunk);
      const attack = `${method} ${path} ${type} ${length}`;
      // The connection may be reset before the response is read.
      if (response) expect.soft(response, attack).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect.soft(sent / MIB, attack).toBeLessThan(20);
    }
  expect(growth()).toBeLessThan(MAX_GROWTH);
}, 120_000);

test('four bodies at once are no better', async () => {
  const growth = measureGrowth();
  const start = head('POST', '/trpc/auth.requestCode', [MULTIPART, `content-length: ${BODY}`]);
  await Promise.all(Array.from({ length: 4 }, () => flood(start + part, plain)));
  expect(growth()).toBeLessThan(MAX_GROWTH);
}, 120_000);

test('the refusal arrives, and the connection is closed', async () => {
  for (const path of PATHS.slice(0, 3)) {
    const response = await rawHttp(
      server.port,
      head('POST', path, [MULTIPART, `content-length: ${BODY}`]),
    );
    expect(response).toMatch(
      /^HTTP\/1\.1 400 .*connection: close.*(INPUT_INVALID|invalid_request)/is,
    );
  }
});

test('pipelined requests with bodies are refused with the first, and without bodies bounded', async () => {
  const growth = measureGrowth();
  const body = part + 'a'.repeat(1000);
  const form = head('POST', '/trpc/auth.requestCode', [
    MULTIPART,
    `content-length: ${body.length}`,
  ]);
  const { response } = await flood('', (form + body).repeat(50));
  expect(response.match(/HTTP\/1\.1/g)?.length ?? 0).toBeLessThanOrEqual(1);

  const unread = head('GET', '/trpc/referral.checkCode?input=%7B%22code%22%3A%22X%22%7D', []);
  await rawHttp(
    server.port,
    async (socket) => {
      for (let sent = 0; sent < BODY && socket.writable; sent += unread.length * 500)
        if (!socket.write(unread.repeat(500))) await drained(socket);
      await sleep(100);
      socket.destroy();
    },
    4_000,
  );
  expect(growth()).toBeLessThan(MAX_GARBAGE);
}, 120_000);
