import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createProgram } from '../src/program.ts';
import { openTerminal, type Terminal } from './terminal.ts';

let t: Terminal;
beforeAll(async () => {
  t = await openTerminal();
});
afterAll(() => t.close());

function listCommands(): string[][] {
  const program = createProgram({
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    signal: new AbortController().signal,
  });
  const listBelow = (command: Command, path: string[]): string[][] =>
    command.commands
      .filter((each) => !each.name().startsWith('_'))
      .flatMap((each) => {
        const subpath = [...path, each.name()];
        return [subpath, ...listBelow(each, subpath)];
      });
  return listBelow(program, []);
}

test('every command has help with examples of that command', async () => {
  const all = listCommands();
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
  test('2 for an unknown or missing command, option or choice', async () => {
    for (const args of ['frob', 'whoami --frob', 'admin export dogs', 'activate', 'admin']) {
      const { code, stdout, stderr } = await t.invitree(args);
      expect([args, code, stdout]).toEqual([args, 2, '']);
      expect(stderr).not.toBe('');
    }
    const { code, stderr } = await t.invitree('whoami --server nowhere');
    expect(code).toBe(2);
    expect(stderr).toContain('invitree config add nowhere URL');
  });

  test('3 for a server that is unreachable or not Invitree', async () => {
    const unreachable = await t.invitree('whoami --server http://127.0.0.1:1');
    expect(unreachable.code).toBe(3);
    expect(unreachable.stderr).toContain('(NETWORK)');
    const otherServer = createServer((_request, response) => response.end('<html>')).listen(0);
    onTestFinished(() => void otherServer.close());
    await once(otherServer, 'listening');
    const { port } = otherServer.address() as AddressInfo;
    const foreign = await t.invitree(`code check X --server http://127.0.0.1:${port}`);
    expect([foreign.code, foreign.stderr.includes('UNREADABLE')]).toEqual([3, true]);
  });

  test('1 with the reason when the server refuses, also as JSON', async () => {
    await t.login('+79991110021');
    const { code, stderr } = await t.invitree('activate nosuch --json');
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { reason: 'INVITE_CODE_NOT_FOUND' } });
    const admin = await t.invitree('admin stats');
    expect([admin.code, admin.stderr.includes('FORBIDDEN')]).toEqual([1, true]);
  });

  test('130 when interrupted', async () => {
    const { code, stderr } = await t.invitree('whoami', { signal: AbortSignal.abort() });
    expect([code, stderr]).toEqual([130, 'Interrupted.\n']);
  });
});

test('adds, selects and removes servers by name', async () => {
  const env = { INVITREE_SERVER: '', XDG_CONFIG_HOME: `${t.home}/servers` };
  const invitree = (args: string) => t.invitree(args, { env });
  expect((await invitree('config')).json).toMatchObject({ server: 'http://127.0.0.1:3000' });
  await invitree('config add away http://127.0.0.1:1/');
  await invitree(`config add here ${t.server.url}`);
  await t.login('+79991110022');
  expect((await invitree('whoami')).json).toMatchObject({ server: t.server.url });
  expect((await invitree('whoami --server away')).code).toBe(3);
  await invitree('config use away');
  expect((await invitree('whoami')).code).toBe(3);
  expect((await invitree('config')).json).toMatchObject({
    server: 'http://127.0.0.1:1',
    servers: [
      { name: 'away', inUse: true, signedIn: false },
      { name: 'here', inUse: false, signedIn: true },
    ],
  });
  await invitree('config remove here');
  expect((await invitree('config use here')).code).toBe(2);
  expect((await invitree('config add x ftp://x')).code).toBe(2);
  expect((await t.invitree('whoami')).code).toBe(1);
});

test('completes commands, options and choices', async () => {
  const complete = async (...words: string[]) =>
    (await t.invitree(['__complete', '--', ...words])).stdout.split('\n').filter(Boolean);
  expect(await complete('')).toContain('whoami');
  expect(await complete('')).not.toContain('__complete');
  expect(await complete('adm')).toEqual(['admin']);
  expect(await complete('admin', 'users', 'b')).toEqual(['block']);
  expect(await complete('admin', 'export', '')).toEqual(['users', 'referrals']);
  expect(await complete('admin', 'export', '--f')).toEqual(['--format']);
  expect(await complete('whoami', '--s')).toEqual(['--server']);
  const { stdout } = await t.invitree('completion bash');
  const offered = execFileSync('bash', [
    '-c',
    `invitree() { shift 2; printf '%s\\n' "got:$*"; }
     ${stdout}
     COMP_WORDS=(invitree admin users b); COMP_CWORD=3; _invitree; echo "\${COMPREPLY[*]}"`,
  ]);
  expect(offered.toString()).toBe('got:admin users b\n');
});

test('prints colors only in a terminal without NO_COLOR', async () => {
  await t.login('+79991110023');
  const colorCode = '\u001b[';
  const colored = await t.invitree('profile', { columns: 80, env: { NO_COLOR: '' } });
  expect(colored.stdout).toContain(colorCode);
  for (const call of [{ columns: 80 }, { env: { NO_COLOR: '' } }])
    expect((await t.invitree('profile', call)).stdout).not.toContain(colorCode);
  const json = await t.invitree('profile --json', { columns: 80, env: { NO_COLOR: '' } });
  expect(json.json).toMatchObject({ phone: '+79991110023' });
});
