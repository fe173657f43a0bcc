/** The SDK as published: its files, its size, and that its types compile on their own. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { run } from './commands.ts';
import { createProject, type Project, pack, type Tarball } from './tarball.ts';

let sdk: Tarball;
let home: Project;
before(async () => {
  sdk = await pack('sdk');
  home = await createProject([sdk.tarball], { 'probe.ts': PROBE, 'tsconfig.json': TSCONFIG });
});
after(async () => {
  await home?.remove();
  await sdk?.remove();
});

test('the tarball has the built SDK and nothing of the server', async () => {
  for (const file of sdk.files)
    assert.match(file, /^(dist\/[\w-]+\.(js|d\.ts)|package\.json|README\.md|LICENSE)$/);
  const manifest = JSON.parse(await sdk.read('package.json'));
  assert.deepEqual(Object.keys(manifest.dependencies), ['@trpc/client', '@trpc/server', 'jose']);
  for (const file of sdk.files.filter((each) => each.startsWith('dist/'))) {
    const text = await sdk.read(file);
    assert.doesNotMatch(
      text,
      /@invitree\/server|packages\/server|\bzod\b|superjson|fastify|prisma/i,
    );
    const imports = [...text.matchAll(/(?:from|import\()\s*["']([^"']+)["']/g)].map(
      ([, name]) => name,
    );
    const allowed = file.endsWith('.d.ts') ? /^(@trpc\/|\.\/)/ : /^(@trpc\/client|jose|\.\/)/;
    for (const name of imports) assert.match(name ?? '', allowed, `${file} imports ${name}`);
  }
  assert.doesNotMatch(await sdk.read('dist/index.js'), /jose|node:/);
});

test('every method has a doc comment', async () => {
  const types = await sdk.read('dist/index.d.ts');
  const groups = [...types.matchAll(/^interface \w+Methods \{.*?^\}/gms)].join('\n');
  const methods = [...groups.matchAll(/^(.*)\n {2}(\w+)(?:\(|: Pages<)/gm)];
  assert.ok(methods.length > 10, `${methods.length} methods`);
  for (const [, before, name] of methods)
    assert.match(before ?? '', /\*\/$/, `${name} has no comment`);
});

test('publint and arethetypeswrong report no problems', async () => {
  await run('publint', ['run', sdk.tarball, '--strict']);
  await run('attw', [sdk.tarball, '--profile', 'esm-only']);
});

test('is small, and unused exports are removed from bundles', async (t) => {
  const bundle = async (contents: string, external: string[] = []) => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: home.folder },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      logLevel: 'silent',
      external,
    });
    return outputFiles[0]?.contents ?? new Uint8Array();
  };
  const all = "export { createClient, isInvitreeError } from '@invitree/sdk';";
  const size = {
    own: gzipSync(await bundle(all, ['@trpc/*'])).length,
    browser: gzipSync(await bundle(all)).length,
    verify: gzipSync(await bundle("export * from '@invitree/sdk/verify';")).length,
    guard: gzipSync(await bundle("export { isInvitreeError } from '@invitree/sdk';", ['@trpc/*']))
      .length,
    types: (await sdk.read('dist/index.d.ts')).length,
  };
  t.diagnostic(`bytes: ${JSON.stringify(size)} (all but types gzipped)`);
  assert.ok(size.own <= 5000, `own code: ${size.own} of 5,000 bytes gzipped`);
  assert.ok(size.browser <= 15_000, `browser bundle: ${size.browser} of 15,000 bytes gzipped`);
  assert.ok(size.types <= 80_000, `types: ${size.types} of 80,000 bytes`);
  assert.equal((await bundle("import '@invitree/sdk';")).length, 0);
  assert.ok(size.guard <= 200, `a guard alone: ${size.guard} of 200 bytes gzipped`);
});

for (const [version, tsc] of [
  ['5.9', 'typescript/bin/tsc'],
  ['7', 'typescript-7/bin/tsc'],
] as const)
  for (const resolution of ['nodenext', 'bundler'])
    test(`its types compile in TypeScript ${version} with ${resolution} resolution`, async () => {
      const compiler = join(import.meta.dirname, 'node_modules', tsc);
      const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
      await run(process.execPath, [
        compiler,
        ...['-p', home.folder, '--moduleResolution', resolution, '--module', module],
      ]);
    });

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
    noEmit: true,
  },
  files: ['probe.ts'],
});

const PROBE = `
import { createClient, InvitreeError, isInvitreeError, type Client, type Profile, type Reason, type Tokens, type TokenStorage } from '@invitree/sdk';
import { createVerifier, type VerifiedToken } from '@invitree/sdk/verify';

const kept: Tokens[] = [];
const storage: TokenStorage = { load: () => kept.at(-1) ?? null, save: async (tokens) => void (tokens && kept.push(tokens)) };
export const client: Client = createClient({ url: new URL('https://invitree.example.com'), storage, retry: false });
export const verified: Promise<VerifiedToken> = createVerifier({ url: '' })('token');

export async function journey(): Promise<Profile> {
  const { devCode = '' } = await client.auth.requestCode({ phone: '+79990000001' });
  const { user, isNewUser } = await client.auth.verifyCode({ phone: '', code: devCode, inviteCode: undefined });
  const fresh: boolean = isNewUser;
  for await (const { phone, activatedAt } of client.referral.list.all({ userId: user.id })) console.log(phone, activatedAt, fresh);
  await client.auth.logout();
  return client.profile.me(undefined, { signal: AbortSignal.timeout(1) });
}

export function explain(error: unknown): Reason | number | string | undefined {
  if (isInvitreeError(error, 'CODE_WRONG')) { const left: number = error.attemptsLeft; return left; }
  if (isInvitreeError(error, 'ALREADY_ACTIVATED')) { const code: string = error.inviteCode; return code; }
  if (error instanceof InvitreeError && error.is('RATE_LIMITED')) { const wait: number = error.retryAfter; return wait; }
  if (isInvitreeError(error)) {
    // @ts-expect-error no such reason
    if (error.reason === 'OOPS') return undefined;
    return error.reason;
  }
  return undefined;
}

export function probes(profile: Profile) {
  // @ts-expect-error a phone is a string
  client.auth.requestCode({ phone: 7 });
  // @ts-expect-error the code is missing
  client.auth.verifyCode({ phone: '' });
  // @ts-expect-error no such field
  client.auth.verifyCode({ phone: '', code: '', codes: [] });
  // @ts-expect-error no such method
  client.auth.mutate();
  // @ts-expect-error not a field of the API
  profile.passwordHash;
  // @ts-expect-error not a role
  profile.role === 'root';
  // @ts-expect-error not a list
  client.profile.me.all();
  // @ts-expect-error with cookies there are no tokens to store
  createClient({ url: '', transport: 'cookie', storage });
  // @ts-expect-error the URL is missing
  createClient({});
}
`;
