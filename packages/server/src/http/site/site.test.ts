import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ env: { ALLOWED_HOSTS: 'invite.test' } });
});
afterAll(() => app.close());

test.each(['/', '/docs'])(
  'serves everything that %s loads, without inline scripts',
  async (url) => {
    const { status, body } = await app.send('GET', url, {});
    expect(status).toBe(200);
    const loaded = [...body.matchAll(/(?:src|rel="(?:icon|stylesheet)"[^>]* href)="([^"]+)"/g)];
    expect(loaded.length).toBeGreaterThan(0);
    for (const [, path] of loaded) {
      expect(path).toMatch(/^\//);
      expect((await app.send('GET', path, {})).status).toBe(200);
    }
    expect(body).not.toMatch(/<script(?![^>]*src)|style=|onclick=/);
  },
);

test('shows the request host in the example of the start page, and no other text', async () => {
  const { body, status } = await app.send('GET', '/', {
    headers: { host: 'x"><script>alert(1)</script>' },
  });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).not.toContain('script');
  const { body: page } = await app.send('GET', '/', { headers: { host: 'invite.test:3000' } });
  expect(page).toContain('curl http://invite.test:3000/api/v1/auth/code');
});

test('serves only the files of Swagger UI that the reference uses', async () => {
  expect((await app.send('GET', '/docs/index.html', {})).status).toBe(404);
  expect((await app.send('GET', '/docs/package.json', {})).status).toBe(404);
});
