import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createClient, InvitreeError } from '../src/index.ts';
import { offline, scripted } from './scripted-fetch.ts';
import { failure, listen } from './server.ts';

let server: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  server = await listen();
});
afterAll(() => server.close());

describe('failures have a reason', () => {
  test('NETWORK if the server cannot be reached', async () => {
    const client = createClient({ url: 'http://127.0.0.1:1', retry: false });
    const error = await failure(client.referral.checkCode({ code: 'K7MWQ2' }));
    expect(error).toMatchObject({ reason: 'NETWORK', status: undefined, issues: [] });
    expect(error).toBeInstanceOf(InvitreeError);
    expect((error as Error).cause).toBeInstanceOf(TypeError);
  });

  test.each(['header', 'body'])('TIMEOUT if the %s is late', async (part) => {
    const slow = createServer((_request, response) => {
      if (part === 'body') response.write('[');
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

  test('ABORTED before the request, during it, and between retries', async () => {
    const client = createClient({ url: server.url });
    const call = (signal: AbortSignal) => client.referral.checkCode({ code: 'K7MWQ2' }, { signal });
    expect(await failure(call(AbortSignal.abort('no longer needed')))).toMatchObject({
      reason: 'ABORTED',
      cause: 'no longer needed',
    });
    const abort = new AbortController();
    const duringRequest = failure(call(abort.signal));
    abort.abort();
    expect(await duringRequest).toMatchObject({ reason: 'ABORTED' });

    const { requests, fetch } = scripted(offline());
    const slowToRetry = createClient({
      url: server.url,
      fetch,
      retry: { minDelay: 60_000, maxDelay: 60_000 },
    });
    const controller = new AbortController();
    const { signal } = controller;
    const betweenRetries = failure(slowToRetry.referral.checkCode({ code: 'K7MWQ2' }, { signal }));
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    controller.abort();
    expect(await betweenRetries).toMatchObject({ reason: 'ABORTED' });
  });

  test('aborting one call of a batch does not affect the other', async () => {
    const { client, user } = await server.signedIn();
    const abort = new AbortController();
    const [aborted, completed] = await Promise.all([
      failure(client.profile.me(undefined, { signal: abort.signal })),
      client.referral.myCode(),
      Promise.resolve().then(() => abort.abort()),
    ]);
    expect(aborted).toMatchObject({ reason: 'ABORTED' });
    expect(completed).toMatchObject({ code: user.inviteCode });
  });

  test.each([
    [200, 'UNREADABLE'],
    [404, 'UNREADABLE'],
    [429, 'RATE_LIMITED'],
    [502, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
  ])('a proxy’s response with status %i: %s', async (status, reason) => {
    const page = new Response('<h1>nginx</h1>', { status, headers: { 'retry-after': '7' } });
    const client = createClient({ url: server.url, retry: false, fetch: scripted(page).fetch });
    expect(await failure(client.referral.checkCode({ code: 'K7MWQ2' }))).toMatchObject({
      reason,
      status,
      retryAfter: 7,
    });
  });

  test('an error status, even if the body looks like a result', async () => {
    const page = Response.json({ result: { data: null } }, { status: 502 });
    const client = createClient({ url: server.url, retry: false, fetch: scripted(page).fetch });
    expect(await failure(client.referral.checkCode({ code: 'K7MWQ2' }))).toMatchObject({
      reason: 'UNAVAILABLE',
      status: 502,
    });
  });

  test('the server’s reason if it rejects a request before tRPC handles it', async () => {
    const { client } = await server.signedIn();
    const displayName = 'a'.repeat(100_000);
    expect(await failure(client.profile.update({ displayName }))).toMatchObject({
      reason: 'PAYLOAD_TOO_LARGE',
      status: 413,
      requestId: expect.any(String),
    });
  });
});

test('uses the given headers, locale and fetch', async () => {
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

test('rejects with whatever the headers function throws', async () => {
  const thrown = new Error('no trace id');
  const client = createClient({
    url: server.url,
    headers: () => {
      throw thrown;
    },
  });
  expect(await failure(client.referral.checkCode({ code: 'K7MWQ2' }))).toBe(thrown);
});
