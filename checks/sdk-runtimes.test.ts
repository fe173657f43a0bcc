/** The packed SDK in Chromium and in workerd, the runtime of Cloudflare Workers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { openChromium } from './commands.ts';
import { type CheckServer, startServer } from './server.ts';
import { createProject, type Project, pack, type Tarball } from './tarball.ts';

let sdk: Tarball;
let home: Project;
let server: CheckServer;
before(async () => {
  sdk = await pack('sdk');
  home = await createProject([sdk.tarball], { 'journey.js': JOURNEY, 'worker.js': WORKER });
  server = await startServer();
});
after(async () => {
  await server?.stop();
  await home?.remove();
  await sdk?.remove();
});

const JOURNEY = `
import { createClient, isInvitreeError } from '@invitree/sdk';
import { createVerifier } from '@invitree/sdk/verify';

export { createClient };

export async function journey(url, phone, inviteCode) {
  let tokens = null;
  const storage = { load: () => tokens, save: (newer) => void (tokens = newer) };
  const client = createClient({ url, storage });
  await client.auth.requestCode({ phone });
  const { user } = await client.auth.verifyCode({ phone, code: '1111' });
  const [me, myCode] = await Promise.all([client.profile.me(), client.referral.myCode()]);
  const { referrerId } = await client.referral.activate({ inviteCode });
  const verified = await createVerifier({ url })(await client.session.accessToken());
  const first = tokens.refreshToken;
  tokens.refreshAt = 0;
  const again = await client.profile.me();
  const renewed = tokens.refreshToken;
  const twice = await client.referral.activate({ inviteCode }).catch((error) => error);
  const aborted = await client.profile
    .me(undefined, { signal: AbortSignal.abort() })
    .catch((error) => error);
  const offline = await createClient({ url: 'http://127.0.0.1:9', retry: false })
    .profile.me()
    .catch((error) => error);
  const { revoked } = await client.auth.logout();
  return {
    same: new Set([user.id, me.id, again.id, verified.userId]).size === 1,
    code: myCode.code === user.inviteCode,
    refreshed: first !== undefined && first !== renewed,
    referrerId,
    reasons: [twice, aborted, offline].map((error) => isInvitreeError(error) && error.reason),
    revoked,
  };
}
`;

const WORKER = `
import { journey } from './journey.js';

export default {
  async fetch(request) {
    const { url, phone, inviteCode } = await request.json();
    return Response.json(await journey(url, phone, inviteCode));
  },
};
`;

const expected = (referrerId: string) => ({
  same: true,
  code: true,
  refreshed: true,
  referrerId,
  reasons: ['ALREADY_ACTIVATED', 'ABORTED', 'NETWORK'],
  revoked: 1,
});

async function bundle(entry: string, format: 'esm' | 'iife'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${home.folder}/${entry}`],
    bundle: true,
    format,
    globalName: 'invitree',
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

test('signs in, activates and signs out in workerd', async () => {
  const { user } = await server.signIn('+79990000501');
  const worker = new Miniflare({
    modules: true,
    script: await bundle('worker.js', 'esm'),
    compatibilityDate: '2026-01-01',
  });
  try {
    const response = await worker.dispatchFetch('http://worker.test/', {
      method: 'POST',
      body: JSON.stringify({
        url: server.url,
        phone: '+79990000502',
        inviteCode: user.inviteCode,
      }),
    });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.deepEqual(JSON.parse(text), expected(user.id));
  } finally {
    await worker.dispose();
  }
});

test('in Chromium, tabs share refreshes and sign-outs, and cookies work', async () => {
  const { user } = await server.signIn('+79990000601');
  const script = await bundle('journey.js', 'iife');
  const browser = await openChromium();
  try {
    const context = await browser.newContext({ bypassCSP: true });
    const [one, two] = [await context.newPage(), await context.newPage()];
    let refreshes = 0;
    context.on('request', (request) => {
      if (request.url().includes('auth.refresh')) refreshes += 1;
    });
    for (const tab of [one, two]) {
      await tab.goto(`${server.url}/healthz`);
      await tab.addScriptTag({ content: script });
    }
    assert.deepEqual(
      await one.evaluate(
        ([phone, inviteCode]) => invitree.journey(location.origin, phone, inviteCode),
        ['+79990000602', user.inviteCode] as const,
      ),
      expected(user.id),
    );

    const open = () => {
      globalThis.client = invitree.createClient({
        url: location.origin,
        storage: 'localStorage',
        onSignedOut: () => {
          globalThis.signedOut = true;
        },
      });
    };
    const makeStale = () => {
      for (const [key, text] of Object.entries(localStorage))
        localStorage.setItem(key, JSON.stringify({ ...JSON.parse(text), refreshAt: 0 }));
    };
    await one.evaluate(open);
    await two.evaluate(open);
    await one.evaluate(async () => {
      await client.auth.requestCode({ phone: '+79990000603' });
      await client.auth.verifyCode({ phone: '+79990000603', code: '1111' });
    });
    const id = (tab: typeof one) =>
      tab.evaluate(
        async () => (await Promise.all([client.profile.me(), client.profile.me()]))[0].id,
      );
    refreshes = 0;
    for (let round = 1; round <= 3; round += 1) {
      await one.evaluate(makeStale);
      const [mine, others] = await Promise.all([id(one), id(two)]);
      assert.equal(mine, others);
      // One refresh is enough for four calls, but changes to localStorage reach other processes
      // with a delay, so both tabs may refresh. The server returns the same tokens to both.
      assert.ok(refreshes >= round && refreshes <= 2 * round, `${refreshes} in round ${round}`);
    }
    await one.evaluate(() => client.auth.logout());
    await two.waitForFunction(() => globalThis.signedOut);
    assert.equal(await two.evaluate(() => client.session.accessToken()), null);

    const inCookie = await one.evaluate(async () => {
      const connect = () => invitree.createClient({ url: location.origin, transport: 'cookie' });
      const client = connect();
      await client.auth.requestCode({ phone: '+79990000604' });
      const session = await client.auth.verifyCode({ phone: '+79990000604', code: '1111' });
      const seen = [
        session.accessToken,
        session.refreshToken,
        document.cookie,
        localStorage.length,
      ];
      const { phone } = await connect().profile.me();
      await client.auth.logout();
      const gone = await connect()
        .profile.me()
        .catch((error: { reason: string }) => error.reason);
      return { seen, phone, gone };
    });
    assert.deepEqual(inCookie, {
      seen: [undefined, undefined, '', 0],
      phone: '+79990000604',
      gone: 'TOKEN_MISSING',
    });
  } finally {
    await browser.close();
  }
});

/** Globals of the pages. */
declare global {
  var signedOut: boolean | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the packed SDK's types are checked elsewhere
  var client: any;
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  var invitree: any;
}
