import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, type InvitreeError, isInvitreeError } from '../src/index.ts';
import { offline, scripted } from './scripted-fetch.ts';
import { failure, listen, proceduresOf } from './server.ts';

let server: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  server = await listen();
});
afterAll(() => server.close());

describe('retries', () => {
  test('retries a query until it succeeds', async () => {
    const { requests, fetch } = scripted(offline(), new Response('', { status: 502 }));
    const client = createClient({ url: server.url, fetch, retry: { minDelay: 1 } });
    expect(await client.referral.checkCode({ code: 'K7MWQ2' })).toMatchObject({ valid: false });
    expect(requests).toHaveLength(3);
  });

  test('gives up on a query after the last attempt', async () => {
    const { requests, fetch } = scripted(...Array.from({ length: 9 }, offline));
    const client = createClient({ url: server.url, fetch, retry: { attempts: 4, minDelay: 1 } });
    expect(await failure(client.referral.checkCode({ code: 'K7MWQ2' }))).toMatchObject({
      reason: 'NETWORK',
    });
    expect(requests).toHaveLength(4);
  });

  test('waits for Retry-After, and does not retry if that is too long', async () => {
    const busy = (retryAfter: string) =>
      new Response('', { status: 503, headers: { 'retry-after': retryAfter } });
    const soon = scripted(busy('1'));
    const startedAt = performance.now();
    const options = { url: server.url, retry: { minDelay: 1, maxDelay: 1500 } };
    await createClient({ ...options, fetch: soon.fetch }).referral.checkCode({ code: 'K7MWQ2' });
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    expect(soon.requests).toHaveLength(2);

    const late = scripted(busy(new Date(Date.now() + 60_000).toUTCString()));
    const client = createClient({ ...options, fetch: late.fetch });
    const error = await failure(client.referral.checkCode({ code: 'K7MWQ2' }));
    expect(error).toMatchObject({ reason: 'UNAVAILABLE' });
    expect((error as InvitreeError).retryAfter).toBeGreaterThan(55);
    expect(late.requests).toHaveLength(1);
  });

  test('never retries sign-ins, code requests or other mutations', async () => {
    const { client, asked } = await server.signedIn({
      fetch: (to, init) =>
        /requestCode|verifyCode/.test(to) ? fetch(to, init) : Promise.reject(offline()),
    });
    expect(await failure(client.profile.update({ displayName: 'Anna' }))).toMatchObject({
      reason: 'NETWORK',
    });
    expect(asked).toEqual(['profile.update']);

    const failing = scripted(offline(), offline());
    const signedOut = createClient({
      url: server.url,
      fetch: failing.fetch,
      retry: { minDelay: 1 },
    });
    await failure(signedOut.auth.requestCode({ phone: '+79991234567' }));
    await failure(signedOut.auth.verifyCode({ phone: '+79991234567', code: '1234' }));
    expect(failing.requests).toEqual(['auth.requestCode', 'auth.verifyCode']);
  });
});

describe('an activation whose response is lost', () => {
  /** A fetch that loses the first response to an activation. */
  function lossyFetch() {
    let lost = false;
    return async (to: string, init: RequestInit) => {
      const response = await fetch(to, init);
      if (lost || proceduresOf(to) !== 'referral.activate') return response;
      lost = true;
      throw new TypeError('fetch failed');
    };
  }

  test('succeeds', async () => {
    const anna = await server.signedIn();
    const boris = await server.signedIn({ fetch: lossyFetch() });
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
    // Without a lost response, a second activation is still an error.
    const again = await failure(boris.client.referral.activate({ inviteCode }));
    if (!isInvitreeError(again, 'ALREADY_ACTIVATED')) throw again;
    expect(again.inviteCode).toBe(inviteCode);
    expect(Object.keys(again)).not.toContain('path');
  });

  test('fails if another invite code was activated earlier', async () => {
    const [anna, vera] = [await server.signedIn(), await server.signedIn()];
    const boris = await server.signedIn({ fetch: lossyFetch() });
    const activated = anna.user.inviteCode ?? '';
    await server.rest('POST /referral/activate', {
      token: boris.accessToken,
      body: { inviteCode: activated },
    });
    expect(
      await failure(boris.client.referral.activate({ inviteCode: vera.user.inviteCode ?? '' })),
    ).toMatchObject({ reason: 'ALREADY_ACTIVATED', inviteCode: activated });
  });
});
