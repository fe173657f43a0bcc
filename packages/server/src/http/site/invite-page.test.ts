import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp, testApp } from '../../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ env: { PUBLIC_URL: 'https://invite.example' } });
});
afterAll(() => app.close());

const open = (code: string, language = 'en') =>
  app.send('GET', `/i/${code}`, { headers: { 'accept-language': language } });

async function createReferrer(displayName?: string) {
  const { accessToken: token, user } = await app.signIn(newPhone());
  if (displayName) await app.rest('PATCH /profile', { token, body: { displayName } });
  return { token, code: user.inviteCode as string };
}

test('shows who invited the visitor and links to sign-up with the code', async () => {
  const { code } = await createReferrer('Anna');
  const { status, headers, body } = await open(code.toLowerCase());
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-language': 'en',
    vary: expect.stringContaining('accept-language'),
  });
  expect(body).toContain('<title>Anna invited you</title>');
  expect(body).toContain('<meta property="og:title" content="Anna invited you" />');
  expect(body).toContain(`<meta property="og:url" content="https://invite.example/i/${code}" />`);
  expect(body).toContain(`<a href="/app?invite=${code}">`);
  expect(body).not.toContain('<script');
});

test('speaks Russian and works without a name', async () => {
  const { code } = await createReferrer();
  const { body } = await open(code, 'ru-RU,ru;q=0.9');
  expect(body).toContain('<html lang="ru">');
  expect(body).toContain('<h1>Вас пригласили</h1>');
});

test('escapes the name of the referrer', async () => {
  const { code } = await createReferrer(`"><script>alert('1')</script>&amp;`);
  const { body } = await open(code);
  expect(body).not.toContain('<script');
  expect(body).toContain(
    '<h1>&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp; invited you</h1>',
  );
  expect(body.match(/og:title" content="([^"]*)"/)[1]).toContain('&quot;&gt;&lt;script');
});

test('links to sign-up without a code if the code is expired, deleted or unknown', async () => {
  const { token, code } = await createReferrer('Anna');
  await app.rest('DELETE /referral/code', { token });
  const expiresAt = new Date(app.deps.clock() + 60_000).toISOString();
  await app.rest('POST /referral/code', { token, body: { code: 'SHORT-LIVED', expiresAt } });
  app.advanceClock(60);
  const pages = [
    await open('SHORT-LIVED'),
    await open(code),
    await open('NOBODYS'),
    await open('%3Cscript%3E%00'),
  ];
  expect(pages.map(({ status }) => status)).toEqual([410, 404, 404, 404]);
  for (const { body } of pages) {
    expect(body).toContain('<a href="/app">');
    expect(body).not.toMatch(/Anna|<script|<output|og:url/);
  }
});

test('limits guesses of invite codes', async () => {
  const strict = await testApp({ env: { RATE_LIMIT_EXEMPT: '10.0.0.0/8' } });
  const statuses = await Promise.all(
    Array.from(
      { length: 61 },
      async (_, i) => (await strict.send('GET', `/i/CODE-${i}`, {})).status,
    ),
  );
  expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  const { headers, body } = await strict.send('GET', '/i/CODE', {});
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(body).toContain('<h1>Try again soon</h1>');
});

test('renders the invite link as a QR code in SVG or PNG', async () => {
  const { token } = await createReferrer();
  const qr = (query = '', as: string | undefined = token) =>
    app.rest(`GET /referral/code/qr${query}`, { token: as });
  const svg = await qr();
  expect(svg.headers['content-type']).toBe('image/svg+xml');
  expect(svg.body).toMatch(/^<svg /);
  const png = await qr('?format=png');
  expect(png.headers['content-type']).toBe('image/png');
  expect(png.body.slice(1, 4)).toBe('PNG');
  expect(await qr('?format=gif')).toMatchObject({
    status: 400,
    body: { data: { reason: 'INPUT_INVALID' }, issues: [{ path: ['format'] }] },
  });
  expect((await qr('', 'x')).body.data.reason).toBe('TOKEN_INVALID');
  expect((await app.rest('GET /referral/code/qr')).body.data.reason).toBe('TOKEN_MISSING');
  await app.rest('DELETE /referral/code', { token });
  expect((await qr()).body.data.reason).toBe('INVITE_CODE_NOT_FOUND');
});

test('documents the QR code in OpenAPI', async () => {
  const { body } = await app.send('GET', '/openapi.json', {});
  const { get } = body.paths['/referral/code/qr'];
  expect(Object.keys(get.responses)).toEqual(expect.arrayContaining(['200', '401', '404']));
});
