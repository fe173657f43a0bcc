import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

test('tokens, the profile and the export are never cached, nor are errors', async () => {
  const phone = newPhone();
  const { body: sent } = await app.rest('POST /auth/code', { body: { phone } });
  const verified = await app.rest('POST /auth/verify', { body: { phone, code: sent.devCode } });
  const { accessToken: token, refreshToken } = verified.body;
  const refreshed = await app.trpc('mutation auth.refresh', { body: { refreshToken } });
  expect(refreshed.body.accessToken).toBeTypeOf('string');
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = `grant_type=refresh_token&refresh_token=${refreshed.body.refreshToken}`;
  const granted = await app.send('POST', '/oauth/token', { headers: form, body });
  expect(granted.body.access_token).toBeTypeOf('string');
  const adapter = '/trpc/profile.me,profile.me?batch=1&input=%7B%7D';
  for (const { headers } of [
    verified,
    refreshed,
    granted,
    await app.send('POST', '/oauth/token', { headers: form, body }),
    await app.rest('GET /profile', { token }),
    await app.rest('GET /profile/export', { token }),
    await app.rest('GET /profile'),
    await app.trpc('query profile.me', { token }),
    await app.trpc('query profile.export', { token }),
    await app.send('GET', adapter, { token }),
    await app.send('GET', '/trpc/nothing', {}),
  ])
    expect(headers['cache-control']).toBe('no-store');
});
