import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createClient } from '../src/index.ts';
import { failure, listen } from './server.ts';
import { sharedStorage } from './shared-storage.ts';

let server: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  server = await listen();
});
afterAll(() => server.close());

/** Seconds: longer than the lifetime of an access token. */
const LIFETIME = 901;

test('a sign-out everywhere deletes the tokens and calls onSignedOut once', async () => {
  const storage = sharedStorage();
  const onSignedOut = vi.fn();
  const { client, phone } = await server.signedIn({ storage, onSignedOut });
  server.advanceClock(61);
  const elsewhere = createClient({ url: server.url });
  const { devCode = '' } = await elsewhere.auth.requestCode({ phone });
  await elsewhere.auth.verifyCode({ phone, code: devCode });
  expect(await elsewhere.auth.logout({ everywhere: true })).toEqual({ revoked: 2 });

  const errors = await Promise.all([
    failure(client.profile.me()),
    failure(client.referral.myCode()),
  ]);
  expect(errors).toMatchObject([{ reason: 'TOKEN_INVALID' }, { reason: 'TOKEN_INVALID' }]);
  expect(storage.load()).toBeNull();
  await failure(client.profile.me());
  expect(onSignedOut).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ reason: 'TOKEN_INVALID' }),
  );
  // Signing in again does not send the revoked token.
  server.advanceClock(61);
  expect(await client.auth.requestCode({ phone })).toMatchObject({ phone });
});

test('a sign-out calls onSignedOut without an error, and a second one succeeds', async () => {
  const onSignedOut = vi.fn();
  const { client } = await server.signedIn({ onSignedOut });
  expect(await client.auth.logout()).toEqual({ revoked: 1 });
  expect(await client.auth.logout()).toEqual({ revoked: 0 });
  expect(onSignedOut).toHaveBeenCalledExactlyOnceWith(undefined);
});

test('a cookie session exposes no tokens and reports its end', async () => {
  const credentials = new Set<unknown>();
  const jar = new Map<string, string>();
  /** A fetch that keeps cookies, as browsers do. */
  const fetchWithCookies = async (to: string, init: RequestInit) => {
    credentials.add(init.credentials);
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(to, { ...init, headers: { ...init.headers, cookie } });
    for (const header of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^(\w+)=([^;]*)/.exec(header) ?? [];
      if (value) jar.set(name, value);
      else jar.delete(name);
    }
    return response;
  };
  const { user, client, ...session } = await server.signedIn({
    transport: 'cookie',
    fetch: fetchWithCookies,
  });
  expect(session).toMatchObject({ accessToken: '' });
  expect(session).not.toHaveProperty('refreshToken');
  expect(await client.session.accessToken()).toBeNull();
  expect(credentials).toEqual(new Set(['include']));

  const onSignedOut = vi.fn();
  const options = {
    url: server.url,
    transport: 'cookie',
    fetch: fetchWithCookies,
    onSignedOut,
  } as const;
  const reloaded = createClient(options);
  server.advanceClock(2 * LIFETIME);
  expect(await reloaded.profile.me()).toMatchObject({ id: user.id });
  expect(onSignedOut).not.toHaveBeenCalled();
  const [current] = (await client.auth.sessions()).items;
  await client.auth.revokeSession({ id: current?.id ?? '' });
  const error = await failure(reloaded.profile.me());
  expect(error).toMatchObject({ status: 401 });
  await failure(reloaded.profile.me());
  expect(onSignedOut).toHaveBeenCalledExactlyOnceWith(error);
  expect(await client.auth.logout()).toEqual({ revoked: 0 });
});
