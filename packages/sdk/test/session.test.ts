import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ClientOptions, createClient, type TokenStorage, type Tokens } from '../src/index.ts';
import { failure, gate, listen, proceduresOf } from './server.ts';

let server: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  server = await listen();
});
afterAll(() => server.close());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Longer than an access token lives. */
const LIFETIME = 901;

/** As several tabs or processes see it: every load gives a copy of its own. */
function sharedStorage(more: Partial<TokenStorage> = {}) {
  const shared: TokenStorage & { text: string } = {
    text: 'null',
    load: () => JSON.parse(shared.text) as Tokens | null,
    save(tokens) {
      shared.text = JSON.stringify(tokens);
    },
    ...more,
  };
  return shared;
}

test('the access token is refreshed before it expires', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { client, asked } = await server.signedIn();
  vi.setSystemTime(Date.now() + 800_000);
  await client.profile.me();
  vi.setSystemTime(Date.now() + 20_000);
  await client.profile.me();
  expect(asked).toEqual(['profile.me', 'auth.refresh', 'profile.me']);
});

test('a refused token is refreshed once for all calls, and they go on', async () => {
  const { client, asked, user } = await server.signedIn();
  server.wait(LIFETIME);
  const all = await Promise.all(Array.from({ length: 25 }, () => client.profile.me()));
  expect(all.map(({ id }) => id)).toEqual(Array(25).fill(user.id));
  expect(asked.filter((path) => path === 'auth.refresh')).toHaveLength(1);
});

test('a mutation refused for its token is sent once more, and done once', async () => {
  const anna = await server.signedIn();
  const { client } = await server.signedIn();
  server.wait(LIFETIME);
  await client.referral.activate({ inviteCode: anna.user.inviteCode ?? '' });
  expect(await anna.client.profile.me()).toMatchObject({ referralCount: 1 });
});

describe.each(['without locks', 'with locks'])('tabs that share a storage, %s', (locks) => {
  test('refresh at once and both go on', async () => {
    let turn: Promise<unknown> = Promise.resolve();
    const storage = sharedStorage(
      locks === 'with locks'
        ? {
            lock<T>(work: () => Promise<T>) {
              const done = turn.then(work);
              turn = done.catch(() => undefined);
              return done;
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
      server.wait(LIFETIME);
      const [mine, others] = await Promise.all([one.client.profile.me(), other.profile.me()]);
      expect(mine.id).toBe(others.id);
    }
    const refreshes = [...one.asked, ...paths].filter((path) => path === 'auth.refresh').length;
    if (locks === 'with locks') expect(refreshes).toBe(5);
    else expect(refreshes).toBeGreaterThanOrEqual(5);
    server.wait(LIFETIME);
    const fresh = createClient({ url: server.url, storage });
    expect(await fresh.profile.me()).toMatchObject({ id: one.user.id });
  });
});

test('localStorage keeps a person signed in over a reload, and its tabs take turns', async () => {
  const entries = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => entries.set(key, value),
    removeItem: (key: string) => entries.delete(key),
  });
  const tab = await server.signedIn({ storage: 'localStorage' });
  const reloaded = createClient({ url: server.url, storage: 'localStorage' });
  server.wait(LIFETIME);
  const [mine, others] = await Promise.all([tab.client.profile.me(), reloaded.profile.me()]);
  expect([mine.id, others.id]).toEqual([tab.user.id, tab.user.id]);
  await reloaded.auth.logout();
  expect(entries.size).toBe(0);
  entries.set(`invitree:${server.url}`, 'no JSON');
  expect(await reloaded.session.accessToken()).toBeNull();
});

test('a refresh whose answer is lost is asked for again, and the session lives', async () => {
  let lost = 0;
  const { client, user } = await server.signedIn({
    async fetch(to, init) {
      const answer = await fetch(to, init);
      if (proceduresOf(to) !== 'auth.refresh' || lost > 0) return answer;
      lost += 1;
      throw new TypeError('fetch failed');
    },
  });
  for (let each = 0; each < 3; each += 1) {
    server.wait(LIFETIME);
    expect(await client.profile.me()).toMatchObject({ id: user.id });
  }
  expect(lost).toBe(1);
});

test('a sign-out everywhere is noticed: the tokens go, and the callback says why, once', async () => {
  const storage = sharedStorage();
  const onSignedOut = vi.fn();
  const { client, phone } = await server.signedIn({ storage, onSignedOut });
  server.wait(61);
  const elsewhere = createClient({ url: server.url });
  const { devCode = '' } = await elsewhere.auth.requestCode({ phone });
  await elsewhere.auth.verifyCode({ phone, code: devCode });
  expect(await elsewhere.auth.logout({ everywhere: true })).toEqual({ revoked: 2 });

  const refused = await Promise.all([
    failure(client.profile.me()),
    failure(client.referral.myCode()),
  ]);
  expect(refused).toMatchObject([{ reason: 'TOKEN_INVALID' }, { reason: 'TOKEN_INVALID' }]);
  expect(storage.load()).toBeNull();
  await failure(client.profile.me());
  expect(onSignedOut).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ reason: 'TOKEN_INVALID' }),
  );
  // Signing in again needs no token, and the dead one is not in its way.
  server.wait(61);
  expect(await client.auth.requestCode({ phone })).toMatchObject({ phone });
});

test('a sign-out is told without an error; signing out twice is no error either', async () => {
  const onSignedOut = vi.fn();
  const { client } = await server.signedIn({ onSignedOut });
  expect(await client.auth.logout()).toEqual({ revoked: 1 });
  expect(await client.auth.logout()).toEqual({ revoked: 0 });
  expect(onSignedOut).toHaveBeenCalledExactlyOnceWith(undefined);
});

test('a sign-out in another tab is noticed at the next call', async () => {
  const storage = sharedStorage();
  const onSignedOut = vi.fn();
  const { client } = await server.signedIn({ storage, onSignedOut });
  await createClient({ url: server.url, storage }).session.forget();
  expect(await client.session.accessToken()).toBeNull();
  expect(onSignedOut).toHaveBeenCalledExactlyOnceWith(undefined);
});

test('a call that one person began is never finished as another', async () => {
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
  server.wait(LIFETIME);
  const activation = failure(
    boris.client.referral.activate({ inviteCode: anna.user.inviteCode ?? '' }),
  );
  await vi.waitFor(() => expect(boris.asked).toContain('referral.activate'));
  const vera = await server.signedIn({ storage });
  resolve();
  expect(await activation).toMatchObject({ reason: 'TOKEN_EXPIRED' });
  expect(await vera.client.profile.me()).toMatchObject({ activatedInviteCode: null });
  // The shared storage has somebody signed in all the time.
  expect(onSignedOut).not.toHaveBeenCalled();
});

test('a refresh under way does not undo a sign-out', async () => {
  const { promise, resolve } = gate();
  const storage = sharedStorage();
  const { client, asked } = await server.signedIn({
    storage,
    async fetch(to, init) {
      const answer = await fetch(to, init);
      if (proceduresOf(to) === 'auth.refresh') await promise;
      return answer;
    },
  });
  server.wait(LIFETIME);
  const call = failure(client.profile.me());
  await vi.waitFor(() => expect(asked).toContain('auth.refresh'));
  const forgotten = client.session.forget();
  resolve();
  await Promise.all([forgotten, call.catch(() => undefined)]);
  expect(storage.load()).toBeNull();
});

test('tokens that the storage did not take are not lost', async () => {
  let full = false;
  const storage = sharedStorage();
  const { save } = storage;
  storage.save = (tokens) => {
    if (full) throw new Error('disk full');
    return save(tokens);
  };
  const { client, user } = await server.signedIn({ storage });
  server.wait(LIFETIME);
  full = true;
  expect(await failure(client.profile.me())).toMatchObject({ message: 'disk full' });
  expect(await failure(client.profile.me())).toMatchObject({ message: 'disk full' });
  full = false;
  server.wait(60);
  expect(await client.profile.me()).toMatchObject({ id: user.id });
  server.wait(LIFETIME);
  const restarted = createClient({ url: server.url, storage } as ClientOptions);
  expect(await restarted.profile.me()).toMatchObject({ id: user.id });
});

test('a session in a cookie: no token is seen or stored, and its end is told', async () => {
  const credentials = new Set<unknown>();
  const jar = new Map<string, string>();
  /** What a browser does of itself. */
  const browser = async (to: string, init: RequestInit) => {
    credentials.add(init.credentials);
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const answer = await fetch(to, { ...init, headers: { ...init.headers, cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^(\w+)=([^;]*)/.exec(set) ?? [];
      if (value) jar.set(name, value);
      else jar.delete(name);
    }
    return answer;
  };
  const { user, client, ...session } = await server.signedIn({
    transport: 'cookie',
    fetch: browser,
  });
  expect(session).toMatchObject({ accessToken: '' });
  expect(session).not.toHaveProperty('refreshToken');
  expect(await client.session.accessToken()).toBeNull();
  expect(credentials).toEqual(new Set(['include']));

  const onSignedOut = vi.fn();
  const options = { url: server.url, transport: 'cookie', fetch: browser, onSignedOut } as const;
  const reloaded = createClient(options);
  server.wait(2 * LIFETIME);
  expect(await reloaded.profile.me()).toMatchObject({ id: user.id });
  expect(onSignedOut).not.toHaveBeenCalled();
  const [current] = (await client.auth.sessions()).items;
  await client.auth.revokeSession({ id: current?.id ?? '' });
  const over = await failure(reloaded.profile.me());
  expect(over).toMatchObject({ status: 401 });
  await failure(reloaded.profile.me());
  expect(onSignedOut).toHaveBeenCalledExactlyOnceWith(over);
  expect(await client.auth.logout()).toEqual({ revoked: 0 });
});

test('a fresh access token for a backend of one’s own', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { client, accessToken } = await server.signedIn();
  expect(await client.session.accessToken()).toBe(accessToken);
  vi.setSystemTime(Date.now() + 850_000);
  server.wait(850);
  const fresh = await client.session.accessToken();
  expect(fresh).not.toBe(accessToken);
  expect((await server.rest('GET /profile', { token: fresh ?? '' })).status).toBe(200);
});
