import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProgram } from '../src/program.ts';
import { openTerminal, type Terminal } from './terminal.ts';

let t: Terminal;
beforeAll(async () => {
  t = await openTerminal();
});
afterAll(() => t.close());

function commands(): string[][] {
  const program = createProgram({
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    signal: new AbortController().signal,
  });
  const below = (command: Command, path: string[]): string[][] =>
    command.commands
      .filter((each) => !each.name().startsWith('_'))
      .flatMap((each) => {
        const here = [...path, each.name()];
        return [here, ...below(each, here)];
      });
  return below(program, []);
}

test('every command has a help page, and every example there is one of it', async () => {
  const all = commands();
  expect(all.length).toBeGreaterThan(30);
  for (const path of all) {
    const { code, stdout } = await t.invitree([...path, '--help']);
    expect([path, code]).toEqual([path, 0]);
    if (stdout.includes('Commands:')) continue;
    const examples = stdout
      .split('Examples:\n')[1]
      ?.split('\n')
      .filter((line) => line.trim());
    expect([path, examples?.length ?? 0]).not.toEqual([path, 0]);
    for (const example of examples ?? [])
      expect(example).toContain(`invitree ${path.join(' ').replace(' show', '')}`);
  }
});

describe('exit codes', () => {
  test('2: an unknown command, option or choice, and a group without a verb', async () => {
    for (const args of ['frob', 'whoami --frob', 'admin export dogs', 'activate', 'admin']) {
      const { code, stdout, stderr } = await t.invitree(args);
      expect([args, code, stdout]).toEqual([args, 2, '']);
      expect(stderr).not.toBe('');
    }
    const { code, stderr } = await t.invitree('whoami --server nowhere');
    expect(code).toBe(2);
    expect(stderr).toContain('invitree config add nowhere URL');
  });

  test('3: a server that is not there, or is no Invitree', async () => {
    const away = await t.invitree('whoami --server http://127.0.0.1:1');
    expect(away.code).toBe(3);
    expect(away.stderr).toContain('(NETWORK)');
    const proxy = createServer((_request, response) => response.end('<html>')).listen(0);
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const foreign = await t.invitree(`code check X --server http://127.0.0.1:${port}`);
    proxy.close();
    expect([foreign.code, foreign.stderr.includes('UNREADABLE')]).toEqual([3, true]);
  });

  test('1: what the server refuses, with its reason, as JSON too', async () => {
    await t.login('+79991110021');
    const { code, stderr } = await t.invitree('activate nosuch --json');
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { reason: 'INVITE_CODE_NOT_FOUND' } });
    const admin = await t.invitree('admin stats');
    expect([admin.code, admin.stderr.includes('FORBIDDEN')]).toEqual([1, true]);
  });

  test('130: given up', async () => {
    const { code, stderr } = await t.invitree('whoami', { signal: AbortSignal.abort() });
    expect([code, stderr]).toEqual([130, 'Given up.\n']);
  });
});

test('servers go by name', async () => {
  const env = { INVITREE_SERVER: '', XDG_CONFIG_HOME: `${t.home}/servers` };
  const give = (args: string) => t.invitree(args, { env });
  expect((await give('config')).json).toMatchObject({ server: 'http://127.0.0.1:3000' });
  await give('config add away http://127.0.0.1:1/');
  await give(`config add here ${t.server.url}`);
  await t.login('+79991110022');
  expect((await give('whoami')).json).toMatchObject({ server: t.server.url });
  expect((await give('whoami --server away')).code).toBe(3);
  await give('config use away');
  expect((await give('whoami')).code).toBe(3);
  expect((await give('config')).json).toMatchObject({
    server: 'http://127.0.0.1:1',
    servers: [
      { name: 'away', inUse: true, signedIn: false },
      { name: 'here', inUse: false, signedIn: true },
    ],
  });
  await give('config remove here');
  expect((await give('config use here')).code).toBe(2);
  expect((await give('config add x ftp://x')).code).toBe(2);
  expect((await t.invitree('whoami')).code).toBe(1);
});

test('completion knows the commands, options and choices that may follow', async () => {
  const after = async (...words: string[]) =>
    (await t.invitree(['__complete', '--', ...words])).stdout.split('\n').filter(Boolean);
  expect(await after('')).toContain('whoami');
  expect(await after('')).not.toContain('__complete');
  expect(await after('adm')).toEqual(['admin']);
  expect(await after('admin', 'users', 'b')).toEqual(['block']);
  expect(await after('admin', 'export', '')).toEqual(['users', 'referrals']);
  expect(await after('admin', 'export', '--f')).toEqual(['--format']);
  expect(await after('whoami', '--s')).toEqual(['--server']);
  const { stdout } = await t.invitree('completion bash');
  const offered = execFileSync('bash', [
    '-c',
    `invitree() { shift 2; printf '%s\\n' "got:$*"; }
     ${stdout}
     COMP_WORDS=(invitree admin users b); COMP_CWORD=3; _invitree; echo "\${COMPREPLY[*]}"`,
  ]);
  expect(offered.toString()).toBe('got:admin users b\n');
});

test('colours only on a terminal that wants them', async () => {
  await t.login('+79991110023');
  const colour = '\u001b[';
  const coloured = await t.invitree('profile', { columns: 80, env: { NO_COLOR: '' } });
  expect(coloured.stdout).toContain(colour);
  for (const call of [{ columns: 80 }, { env: { NO_COLOR: '' } }])
    expect((await t.invitree('profile', call)).stdout).not.toContain(colour);
  const json = await t.invitree('profile --json', { columns: 80, env: { NO_COLOR: '' } });
  expect(json.json).toMatchObject({ phone: '+79991110023' });
});
