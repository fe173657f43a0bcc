import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createClient, InvitreeError, isInvitreeError } from '../src/index.ts';
import { failure, listen, proceduresOf } from './server.ts';

let server: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  server = await listen();
});
afterAll(() => server.close());

/** Answers the first calls with these, and then as the server does. */
function scripted(...answers: (Response | Error | 'lost')[]) {
  const asked: string[] = [];
  const send = async (to: string, init: RequestInit) => {
    asked.push(proceduresOf(to));
    const next = answers.shift();
    if (next === 'lost') {
      await fetch(to, init);
      throw new TypeError('fetch failed');
    }
    if (next instanceof Error) throw next;
    return next ?? fetch(to, init);
  };
  return { asked, fetch: send };
}

const offline = () => new TypeError('fetch failed');

describe('what went wrong is told apart', () => {
  test('nothing came back', async () => {
    const client = createClient({ url: 'http://127.0.0.1:1', retry: false });
    const error = await failure(client.referral.checkCode({ code: 'K7MWQ2' }));
    expect(error).toMatchObject({ reason: 'NETWORK', status: undefined, issues: [] });
    expect(error).toBeInstanceOf(InvitreeError);
    expect((error as Error).cause).toBeInstanceOf(TypeError);
  });

  test.each(['headers', 'body'])('the %s took too long', async (what) => {
    const slow = createServer((_request, response) => {
      if (what === 'body') response.write('[');
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void slow.close());
    const client = createClient({
      url: `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`,
      timeout: 50,
      retry: false,
    });
    expect(await failure(client.referral.checkCode({ code: 'K7MWQ2' }))).toMatchObject({
      reason: 'TIMEOUT',
    });
  });

  test('the caller gave it up: before, while it was under way, and in a wait', async () => {
    const client = createClient({ url: server.url });
    const call = (signal: AbortSignal) => client.referral.checkCode({ code: 'K7MWQ2' }, { signal });
    expect(await failure(call(AbortSignal.abort('changed my mind')))).toMatchObject({
      reason: 'ABORTED',
      cause: 'changed my mind',
    });
    const abort = new AbortController();
    const under = failure(call(abort.signal));
    abort.abort();
    expect(await under).toMatchObject({ reason: 'ABORTED' });

    const { asked, fetch } = scripted(offline());
    const patient = createClient({
      url: server.url,
      fetch,
      retry: { minDelay: 60_000, maxDelay: 60_000 },
    });
    const signal = new AbortController();
    const waiting = failure(patient.referral.checkCode({ code: 'K7MWQ2' }, signal));
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    signal.abort();
    expect(await waiting).toMatchObject({ reason: 'ABORTED' });
  });

  test('one of a batch is given up, the other is answered', async () => {
    const { client, user } = await server.signedIn();
    const abort = new AbortController();
    const [given, kept] = await Promise.all([
      failure(client.profile.me(undefined, { signal: abort.signal })),
      client.referral.myCode(),
      Promise.resolve().then(() => abort.abort()),
    ]);
    expect(given).toMatchObject({ reason: 'ABORTED' });
    expect(kept).toMatchObject({ code: user.inviteCode });
  });

  test.each([
    [200, 'UNREADABLE'],
    [404, 'UNREADABLE'],
    [429, 'RATE_LIMITED'],
    [502, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
  ])('something else answered with %i', async (status, reason) => {
    const page = new Response('<h1>nginx</h1>', { status, headers: { 'retry-after': '7' } });
    const client = createClient({ url: server.url, retry: false, fetch: scripted(page).fetch });
    expect(await failure(client.referral.checkCode({ code: 'K7MWQ2' }))).toMatchObject({
      reason,
      status,
      retryAfter: 7,
    });
  });

  test('something else answered with what looks like a result', async () => {
    const page = Response.json({ result: { data: null } }, { status: 502 });
    const client = createClient({ url: server.url, retry: false, fetch: scripted(page).fetch });
    expect(await failure(client.referral.checkCode({ code: 'K7MWQ2' }))).toMatchObject({
      reason: 'UNAVAILABLE',
      status: 502,
    });
  });

  test('the server refused the request before tRPC saw it', async () => {
    const { client } = await server.signedIn();
    const displayName = 'a'.repeat(100_000);
    expect(await failure(client.profile.update({ displayName }))).toMatchObject({
      reason: 'PAYLOAD_TOO_LARGE',
      status: 413,
      requestId: expect.any(String),
    });
  });
});

describe('what is sent again', () => {
  test('a read, until it is answered', async () => {
    const { asked, fetch } = scripted(offline(), new Response('', { status: 502 }));
    const client = createClient({ url: server.url, fetch, retry: { minDelay: 1 } });
    expect(await client.referral.checkCode({ code: 'K7MWQ2' })).toMatchObject({ valid: false });
    expect(asked).toHaveLength(3);
  });

  test('a read, so many times', async () => {
    const { asked, fetch } = scripted(...Array.from({ length: 9 }, offline));
    const client = createClient({ url: server.url, fetch, retry: { attempts: 4, minDelay: 1 } });
    expect(await failure(client.referral.checkCode({ code: 'K7MWQ2' }))).toMatchObject({
      reason: 'NETWORK',
    });
    expect(asked).toHaveLength(4);
  });

  test('not before Retry-After, and not at all if that is too long', async () => {
    const busy = (wait: string) =>
      new Response('', { status: 503, headers: { 'retry-after': wait } });
    const soon = scripted(busy('1'));
    const began = performance.now();
    const options = { url: server.url, retry: { minDelay: 1, maxDelay: 1500 } };
    await createClient({ ...options, fetch: soon.fetch }).referral.checkCode({ code: 'K7MWQ2' });
    expect(performance.now() - began).toBeGreaterThan(990);
    expect(soon.asked).toHaveLength(2);

    const late = scripted(busy(new Date(Date.now() + 60_000).toUTCString()));
    const client = createClient({ ...options, fetch: late.fetch });
    const error = await failure(client.referral.checkCode({ code: 'K7MWQ2' }));
    expect(error).toMatchObject({ reason: 'UNAVAILABLE' });
    expect((error as InvitreeError).retryAfter).toBeGreaterThan(55);
    expect(late.asked).toHaveLength(1);
  });

  test('no sign-in, no request for a code, no change', async () => {
    const { client, asked } = await server.signedIn({
      fetch: (to, init) =>
        /requestCode|verifyCode/.test(to) ? fetch(to, init) : Promise.reject(offline()),
    });
    expect(await failure(client.profile.update({ displayName: 'Anna' }))).toMatchObject({
      reason: 'NETWORK',
    });
    expect(asked).toEqual(['profile.update']);

    const dead = scripted(offline(), offline());
    const stranger = createClient({ url: server.url, fetch: dead.fetch, retry: { minDelay: 1 } });
    await failure(stranger.auth.requestCode({ phone: '+79991234567' }));
    await failure(stranger.auth.verifyCode({ phone: '+79991234567', code: '1234' }));
    expect(dead.asked).toEqual(['auth.requestCode', 'auth.verifyCode']);
  });
});

describe('an activation whose answer is lost', () => {
  /** Loses the first answer to an activation. */
  function forgetful() {
    let lost = false;
    return async (to: string, init: RequestInit) => {
      const answer = await fetch(to, init);
      if (lost || proceduresOf(to) !== 'referral.activate') return answer;
      lost = true;
      throw new TypeError('fetch failed');
    };
  }

  test('is the success it was', async () => {
    const anna = await server.signedIn();
    const boris = await server.signedIn({ fetch: forgetful() });
    const inviteCode = anna.user.inviteCode ?? '';
    expect(
      await boris.client.referral.activate({ inviteCode: ` ${inviteCode.toLowerCase()}` }),
    ).toEqual({
      userId: boris.user.id,
      referrerId: anna.user.id,
      inviteCode,
      activatedAt: expect.stringMatching(/Z$/),
    });
    expect(await anna.client.profile.me()).toMatchObject({ referralCount: 1 });
    // Told outright, it is an error all the same.
    const again = await failure(boris.client.referral.activate({ inviteCode }));
    if (!isInvitreeError(again, 'ALREADY_ACTIVATED')) throw again;
    expect(again.inviteCode).toBe(inviteCode);
    expect(Object.keys(again)).not.toContain('path');
  });

  test('is none if another code was in force before', async () => {
    const [anna, vera] = [await server.signedIn(), await server.signedIn()];
    const boris = await server.signedIn({ fetch: forgetful() });
    const inForce = anna.user.inviteCode ?? '';
    await server.rest('POST /referral/activate', {
      token: boris.accessToken,
      body: { inviteCode: inForce },
    });
    expect(
      await failure(boris.client.referral.activate({ inviteCode: vera.user.inviteCode ?? '' })),
    ).toMatchObject({ reason: 'ALREADY_ACTIVATED', inviteCode: inForce });
  });
});

test('headers, language and fetch are the caller’s', async () => {
  const seen: Headers[] = [];
  const client = createClient({
    url: server.url,
    locale: 'ru',
    headers: async () => ({ 'x-trace': 'abc' }),
    fetch(to, init) {
      seen.push(new Headers(init.headers));
      return fetch(to, init);
    },
  });
  const error = await failure(client.profile.me());
  expect(error).toMatchObject({ reason: 'TOKEN_MISSING' });
  expect((error as Error).message).toMatch(/[а-я]/);
  expect(seen[0]?.get('x-trace')).toBe('abc');
});

test('what the caller’s own headers function throws is theirs', async () => {
  const mine = new Error('no trace id');
  const client = createClient({
    url: server.url,
    headers: () => {
      throw mine;
    },
  });
  expect(await failure(client.referral.checkCode({ code: 'K7MWQ2' }))).toBe(mine);
});
