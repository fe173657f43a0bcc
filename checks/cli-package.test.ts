/** The CLI as it would be published: what is in it, that it runs far from here, and how soon it starts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from './commands.ts';
import { startServer } from './server.ts';
import { pack, project, type Tarball } from './tarball.ts';

let cli: Tarball;
let sdk: Tarball;
let elsewhere: Awaited<ReturnType<typeof project>>;
let invitree: string;
before(async () => {
  sdk = await pack('sdk');
  cli = await pack('cli');
  elsewhere = await project([sdk.tarball, cli.tarball]);
  invitree = join(elsewhere.folder, 'node_modules/.bin/invitree');
});
after(async () => {
  await elsewhere.remove();
  await cli.remove();
  await sdk.remove();
});

test('the tarball holds the built program, and rests on the SDK', async () => {
  for (const file of cli.files)
    assert.match(file, /^(dist\/[\w-]+\.mjs|package\.json|README\.md|LICENSE)$/);
  const { dependencies } = JSON.parse(await cli.read('package.json'));
  assert.deepEqual(Object.keys(dependencies), ['@invitree/sdk', 'csv-parse', 'libphonenumber-js']);
});

test('installed elsewhere it signs in and says who is there', async () => {
  const server = await startServer();
  const home = await mkdtemp(join(tmpdir(), 'invitree-home-'));
  const env = { HOME: home, INVITREE_SERVER: server.url };
  try {
    await run(invitree, ['login', '--phone', '+79991234567', '--send-code'], { env });
    await run('sh', ['-c', `echo 1111 | ${invitree} login --phone +79991234567 --code-stdin`], {
      env,
    });
    const { phone } = JSON.parse(await run(invitree, ['whoami'], { env }));
    assert.equal(phone, '+79991234567');
  } finally {
    await server.stop();
    await rm(home, { recursive: true });
  }
});

test('it starts fast', (t) => {
  const time = (args: string[]) => {
    const start = performance.now();
    assert.equal(spawnSync(process.execPath, args, { stdio: 'ignore' }).status, 0);
    return performance.now() - start;
  };
  const program = join(elsewhere.folder, 'node_modules/@invitree/cli/dist/main.mjs');
  time([program, '--help']);
  // In turn, and the best of each: whatever else the machine does hits both.
  const pairs = Array.from({ length: 15 }, () => [time(['-e', '0']), time([program, '--help'])]);
  const best = (which: 0 | 1) => Math.min(...pairs.map((pair) => pair[which] as number));
  const [nothing, help] = [best(0), best(1)];
  t.diagnostic(
    `node -e 0: ${nothing.toFixed(0)} ms, --help: ${help.toFixed(0)} ms, ${(help / nothing).toFixed(1)} times`,
  );
  // The ratio, for a machine that is slow or busy: 150 ms where Node itself takes 30.
  assert.ok(help < 150 || help < nothing * 5, `${help} ms, and ${nothing} ms for nothing`);
});
