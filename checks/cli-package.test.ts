/** The CLI as published: its files, its startup time, and that it runs when installed elsewhere. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from './commands.ts';
import { startServer } from './server.ts';
import { createProject, type Project, pack, type Tarball } from './tarball.ts';

let cli: Tarball;
let sdk: Tarball;
let home: Project;
let invitree: string;
before(async () => {
  sdk = await pack('sdk');
  cli = await pack('cli');
  home = await createProject([sdk.tarball, cli.tarball]);
  invitree = join(home.folder, 'node_modules/.bin/invitree');
});
after(async () => {
  await home?.remove();
  await cli?.remove();
  await sdk?.remove();
});

test('the tarball has the built program, which depends on the SDK', async () => {
  for (const file of cli.files)
    assert.match(file, /^(dist\/[\w-]+\.mjs|package\.json|README\.md|LICENSE)$/);
  const { dependencies } = JSON.parse(await cli.read('package.json'));
  assert.deepEqual(Object.keys(dependencies), ['@invitree/sdk', 'csv-parse', 'libphonenumber-js']);
});

test('signs in and shows the signed-in user when installed elsewhere', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'invitree-home-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const server = await startServer();
  stack.defer(() => server.stop());
  const env = { HOME: folder, INVITREE_SERVER: server.url };
  await run(invitree, ['login', '--phone', '+79991234567', '--send-code'], { env });
  await run('sh', ['-c', `echo 1111 | ${invitree} login --phone +79991234567 --code-stdin`], {
    env,
  });
  const { phone } = JSON.parse(await run(invitree, ['whoami'], { env }));
  assert.equal(phone, '+79991234567');
});

test('starts fast', (t) => {
  const time = (args: string[]) => {
    const start = performance.now();
    assert.equal(spawnSync(process.execPath, args, { stdio: 'ignore' }).status, 0);
    return performance.now() - start;
  };
  const program = join(home.folder, 'node_modules/@invitree/cli/dist/main.mjs');
  time([program, '--help']);
  // Alternating runs, and the fastest of each, because other load on the machine affects both.
  const pairs = Array.from({ length: 15 }, () => [time(['-e', '0']), time([program, '--help'])]);
  const best = (which: 0 | 1) => Math.min(...pairs.map((pair) => pair[which] as number));
  const [empty, help] = [best(0), best(1)];
  t.diagnostic(
    `node -e 0: ${empty.toFixed(0)} ms, --help: ${help.toFixed(0)} ms, ${(help / empty).toFixed(1)} times`,
  );
  // Slow or busy machines are judged by the ratio: on a fast one, Node alone takes 30 ms.
  assert.ok(help < 150 || help < empty * 5, `${help} ms, and ${empty} ms for an empty program`);
});
