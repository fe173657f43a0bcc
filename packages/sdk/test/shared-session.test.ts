import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ClientOptions, createClient } from '../src/index.ts';
import { failure, gate, listen, proceduresOf } from './server.ts';
import { sharedStorage } from './shared-storage.ts';

let server: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  server = await listen();
});
afterAll(() => server.close());
afterEach(() => vi.unstubAllGlobals());

/** Seconds: longer than the lifetime of an access token. */
const LIFETIME = 901;

describe.each(['without locks', 'with locks'])('tabs that share a storage %s', (locks) => {
  test('refresh concurrently and both stay signed in', async () => {
    let lastTurn: Promise<unknown> = Promise.resolve();
    const storage = sharedStorage(
      locks === 'with locks'
        ? {
            lock<T>(work: () => Promise<T>) {
              const result = lastTurn.then(work);
              lastTurn = result.catch(() => undefined);
              return result;
            },
          }
        : {},
    );
    const one = await server.signedIn({ storage });
    const paths: string[] = [];
    const other = createClient({
      url: server.url,
      storage,
      fetch(to, init) {
        paths.push(proceduresOf(to));
        return fetch(to, init);
      },
    });
    for (let round = 0; round < 5; round += 1) {
      server.advanceClock(LIFETIME);
      const [mine, others] = await Promise.all([one.client.profile.me(), other.profile.me()]);
      expect(mine.id).toBe(others.id);
    }
    const refreshes = [...one.asked, ...paths].filter((path) => path === 'auth.refresh').length;
    if (locks === 'with locks') expect(refreshes).toBe(5);
    else expect(refreshes).toBeGreaterThanOrEqual(5);
    server.advanceClock(LIFETIME);
    const fresh = createClient({ url: server.url, storage });
    expect(await fresh.profile.me()).toMatchObject({ id: one.user.id });
  });
});

test('localStorage keeps a user signed in after a reload and in all tabs', async () => {
  const entries = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => entries.set(key, value),
    removeItem: (key: string) => entries.delete(key),
  });
  const tab = await server.signedIn({ storage: 'localStorage' });
  const reloaded = createClient({ url: server.url, storage: 'localStorage' });
  server.advanceClock(LIFETIME);
  const [mine, others] = await Promise.all([tab.client.profile.me(), reloaded.profile.me()]);
  expect([mine.id, others.id]).toEqual([tab.user.id, tab.user.id]);
  await reloaded.auth.logout();
  expect(entries.size).toBe(0);
  entries.set(`invitree:${server.url}`, 'not JSON');
  expect(await reloaded.session.accessToken()).toBeNull();
});

test('notices a sign-out in another tab at the next call', async () => {
  const storage = sharedStorage();
  const onSignedOut = vi.fn();
  const { client } = await server.signedIn({ storage, onSignedOut });
  await createClient({ url: server.url, storage }).session.forget();
  expect(await client.session.accessToken()).toBeNull();
  expect(onSignedOut).toHaveBeenCalledExactlyOnceWith(undefined);
});

test('never completes a call as another user', async () => {
  const anna = await server.signedIn();
  const storage = sharedStorage();
  const onSignedOut = vi.fn();
  const { promise, resolve } = gate();
  const boris = await server.signedIn({
    storage,
    onSignedOut,
    async fetch(to, init) {
      if (proceduresOf(to) === 'referral.activate') await promise;
      return fetch(to, init);
    },
  });
  server.advanceClock(LIFETIME);
  const activation = failure(
    boris.client.referral.activate({ inviteCode: anna.user.inviteCode ?? '' }),
  );
  await vi.waitFor(() => expect(boris.asked).toContain('referral.activate'));
  const vera = await server.signedIn({ storage });
  resolve();
  expect(await activation).toMatchObject({ reason: 'TOKEN_EXPIRED' });
  expect(await vera.client.profile.me()).toMatchObject({ activatedInviteCode: null });
  // Someone was signed in at all times.
  expect(onSignedOut).not.toHaveBeenCalled();
});

test('a concurrent refresh does not undo a sign-out', async () => {
  const { promise, resolve } = gate();
  const storage = sharedStorage();
  const { client, asked } = await server.signedIn({
    storage,
    async fetch(to, init) {
      const response = await fetch(to, init);
      if (proceduresOf(to) === 'auth.refresh') await promise;
      return response;
    },
  });
  server.advanceClock(LIFETIME);
  const call = failure(client.profile.me());
  await vi.waitFor(() => expect(asked).toContain('auth.refresh'));
  const forgotten = client.session.forget();
  resolve();
  await Promise.all([forgotten, call.catch(() => undefined)]);
  expect(storage.load()).toBeNull();
});

test('keeps tokens that the storage failed to save', async () => {
  let full = false;
  const storage = sharedStorage();
  const { save } = storage;
  storage.save = (tokens) => {
    if (full) throw new Error('disk full');
    return save(tokens);
  };
  const { client, user } = await server.signedIn({ storage });
  server.advanceClock(LIFETIME);
  full = true;
  expect(await failure(client.profile.me())).toMatchObject({ message: 'disk full' });
  expect(await failure(client.profile.me())).toMatchObject({ message: 'disk full' });
  full = false;
  server.advanceClock(60);
  expect(await client.profile.me()).toMatchObject({ id: user.id });
  server.advanceClock(LIFETIME);
  const restarted = createClient({ url: server.url, storage } as ClientOptions);
  expect(await restarted.profile.me()).toMatchObject({ id: user.id });
});
