import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../config.ts';
import { servePages } from './pages.ts';

/** Serves the given files from a temporary folder, independent of any build. */
async function serve(files: Record<string, string>, env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'invitree-pages-'));
  await mkdir(join(folder, 'assets'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const app = Fastify();
  onTestFinished(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });
  const config = readConfig({ APP_SECRET: 'tests-only-'.repeat(4), ...env });
  await servePages(app, { config }, folder);
  return (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
}

test('passes the default region to the page and restricts it to its own files', async () => {
  const get = await serve(
    { 'index.html': '<meta content="{region}" />' },
    { DEFAULT_REGION: 'DE' },
  );
  const { headers, body } = await get('/app?invite=K7MWQ2');
  expect(body).toBe('<meta content="DE" />');
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self';/),
  });
  expect(headers['content-security-policy']).not.toContain('unsafe');
});

test('keeps the invite code when redirecting /app/ to /app', async () => {
  const { statusCode, headers } = await (await serve({}))('/app/?invite=K7MWQ2');
  expect([statusCode, headers.location]).toEqual([308, '/app?invite=K7MWQ2']);
});

test('serves built files compressed and lets browsers cache them forever', async () => {
  const get = await serve({ 'assets/index-1.js': 'go()', 'assets/index-1.js.br': 'brotli' });
  const { headers, body } = await get('/app/assets/index-1.js');
  expect(body).toBe('go()');
  const small = await get('/app/assets/index-1.js', { 'accept-encoding': 'gzip, br' });
  expect(small.body).toBe('brotli');
  expect(small.headers).toMatchObject({
    'content-encoding': 'br',
    'content-type': expect.stringContaining('javascript'),
    vary: expect.stringMatching(/accept-encoding/i),
  });
  expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect((await get('/app/assets/index-2.js')).statusCode).toBe(404);
  expect((await get('/app/assets/%2e%2e/index.html')).statusCode).not.toBe(200);
});

test('explains how to build the pages if they are not built', async () => {
  const { statusCode, body } = await (await serve({}))('/app');
  expect(statusCode).toBe(503);
  expect(body).toContain('pnpm start');
});
