/** The README and the examples, run with the packed SDK against a server. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from '../packages/server/test/launch.ts';
import { freePort } from '../packages/server/test/services/ports.ts';
import { nodes, openChromium, root, run } from './commands.ts';
import { type CheckServer, startServer } from './server.ts';
import { createProject, type Project, pack, type Tarball } from './tarball.ts';

let sdk: Tarball;
let home: Project;
let server: CheckServer;
before(async () => {
  sdk = await pack('sdk');
  home = await createProject([
    sdk.tarball,
    ...['fastify@5.12.8', 'express@5', '@types/express@5', '@types/node@26', 'vite@8.3.8'],
  ]);
  server = await startServer();
});
after(async () => {
  await server?.stop();
  await home?.remove();
  await sdk?.remove();
});

const typescript = (version: string) =>
  join(import.meta.dirname, 'node_modules', version, 'bin/tsc');

test('the snippets of the README compile, and run as one program', async () => {
  const anna = await server.signIn('+79990000101');
  const boris = await server.signIn('+79990000102');
  const program = joinSnippets(await readFile(join(root, 'packages/sdk/README.md'), 'utf8'))
    .replaceAll('https://invitree.example.com', server.url)
    .replace('ANNA-2026', anna.user.inviteCode)
    .replace('BORIS-2026', boris.user.inviteCode);
  await writeFile(join(home.folder, 'readme.ts'), program);
  const options = ['--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023'];
  const more = ['--lib', 'es2023,dom,dom.iterable', '--types', 'node', 'readme.ts'];
  for (const version of ['typescript', 'typescript-7'])
    await run(process.execPath, [typescript(version), ...options, ...more], { cwd: home.folder });
  const compiled = await readFile(join(home.folder, 'readme.js'), 'utf8');
  for (const [index, node] of (await nodes()).entries()) {
    await writeFile(join(home.folder, 'readme.js'), compiled.replace('00 01', `00 1${index}`));
    const printed = await run(node, ['readme.js'], { cwd: home.folder });
    assert.ok(printed.includes(`referred by ${anna.user.id}`), printed);
    assert.ok(printed.includes(`You activated ${anna.user.inviteCode}.`), printed);
    assert.match(printed, /^true$/m);
    assert.match(printed, /^web 200 401, fastify 200 401, express 200$/m);
  }
});

/** Joins the snippets into one program: imports, snippets, and calls that print the results. */
function joinSnippets(readme: string): string {
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, text]) => text ?? '');
  const lines = blocks.join('\n').split('\n');
  const isImport = (line: string) => /^import .* from '[^']+';$/.test(line);
  return [
    ...lines.filter(isImport),
    "const ask = async (question: string) => (question ? '1111' : '');",
    `async function story() {`,
    ...lines.filter((line) => !isImport(line)),
    `${EPILOGUE}\n}\nawait story();`,
  ].join('\n');
}

const EPILOGUE = `
const authorization = \`Bearer \${token}\`;
const asWeb = (headers: Record<string, string>) => handle(new Request('http://shop.test/', { headers }));
const web200 = (await asWeb({ authorization })).status;
const web401 = (await asWeb({})).status;
const fastify200 = (await app.inject({ url: '/orders', headers: { authorization } })).statusCode;
const fastify401 = (await app.inject({ url: '/orders' })).statusCode;
const listening = web.listen(0);
const port = (listening.address() as { port: number }).port;
const express200 = (await fetch(\`http://127.0.0.1:\${port}/orders\`, { headers: { authorization } })).status;
listening.close();
console.log(\`web \${web200} \${web401}, fastify \${fastify200} \${fastify401}, express \${express200}\`);
void [inBrowser, onDisk, onOwnSite, tuned];
`;

test('the Node example signs in, stays signed in and activates an invite code', async () => {
  await home.copy('examples/node');
  const anna = await server.signIn('+79990000201');
  const first = spawn(process.execPath, ['main.ts'], {
    cwd: home.folder,
    env: { ...process.env, INVITREE_URL: server.url },
  });
  let printed = '';
  first.stdout.on('data', (chunk) => (printed += chunk));
  first.stdin.end('8 999 000 02 02\n1111\n');
  const [code] = await once(first, 'close');
  assert.equal(code, 0, printed);
  assert.match(printed, /\+79990000202: invite code \w{6}, 0 referrals/);
  const again = await run(process.execPath, ['main.ts', anna.user.inviteCode], {
    cwd: home.folder,
    env: { INVITREE_URL: server.url },
  });
  assert.match(again, new RegExp(`Activated ${anna.user.inviteCode} at 20`));
});

test('the Fastify example identifies its callers', async () => {
  await home.copy('examples/fastify');
  const backend = await launch({
    program: 'main.ts',
    cwd: home.folder,
    env: { INVITREE_URL: server.url, PORT: '0' },
  });
  try {
    const notes = `${backend.url}/notes`;
    const { accessToken } = await server.signIn('+79990000301');
    const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ text: 'Buy milk' });
    assert.equal((await fetch(notes, { method: 'POST', headers, body })).status, 200);
    assert.deepEqual(await (await fetch(notes, { headers })).json(), { notes: ['Buy milk'] });
    const refused = await fetch(notes);
    assert.equal(refused.status, 401);
    assert.equal(((await refused.json()) as { reason: string }).reason, 'TOKEN_MISSING');
  } finally {
    await backend.stop();
  }
});

test('the browser example stays signed in after a reload and shares its session between tabs', async () => {
  await home.copy('examples/browser');
  const port = await freePort();
  await using stack = new AsyncDisposableStack();
  const vite = await launch({
    program: 'node_modules/vite/bin/vite.js',
    args: ['--host', '127.0.0.1', '--port', String(port), '--strictPort'],
    cwd: home.folder,
    env: { INVITREE_URL: server.url },
  });
  stack.defer(async () => void (await vite.stop()));
  const browser = await openChromium();
  stack.defer(() => browser.close());
  const context = await browser.newContext();
  const tab = await context.newPage();
  const problems: string[] = [];
  tab.on('pageerror', (error) => problems.push(String(error)));
  await tab.goto(vite.url);
  await tab.getByLabel('Phone').fill('+7 999 000 04 01');
  await tab.getByRole('button', { name: 'Continue' }).click();
  await tab.getByText('-digit code').waitFor();
  await tab.getByLabel('Code').fill('9999');
  await tab.getByRole('button', { name: 'Continue' }).click();
  await tab
    .getByRole('status')
    .filter({ hasText: /code|код/i })
    .waitFor();
  await tab.getByLabel('Code').fill('1111');
  await tab.getByRole('button', { name: 'Continue' }).click();
  await tab.getByText('+79990000401').waitFor();
  await tab.reload();
  await tab.getByText('+79990000401').waitFor();
  const other = await context.newPage();
  await other.goto(vite.url);
  await other.getByText('+79990000401').waitFor();
  await other.getByRole('button', { name: 'Sign out' }).click();
  // Signing out in one tab signs out the other.
  await tab.getByLabel('Phone').waitFor();
  assert.deepEqual(problems, []);
});
