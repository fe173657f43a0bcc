import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTerminal, type Terminal } from './terminal.ts';

let t: Terminal;
beforeAll(async () => {
  t = await openTerminal();
});
afterAll(() => t.close());

interface Step {
  command: string;
  output: string;
}

/** Returns the steps of all transcripts. They run in order, as one session. */
async function readSteps(): Promise<Step[]> {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const transcripts = [...readme.matchAll(/```console\n(.*?)```/gs)].map(([, text]) => text);
  return transcripts
    .join('\n')
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...output] = step.split('\n');
      return { command, output: output.join('\n').trimEnd() };
    });
}

test('the README shows what the CLI prints', async () => {
  const steps = await readSteps();
  expect(steps.length).toBeGreaterThan(15);
  const codes = new Map<string, string>();
  for (const { command, output } of steps) {
    const [, file] = /^cat (\S+)$/.exec(command) ?? [];
    if (file) {
      await writeFile(join(t.home, file), `${output}\n`);
      continue;
    }
    const { input, argv } = parse(command, codes);
    const { stdout, stderr } = await t.invitree(argv, {
      input,
      columns: 100,
      env: { INVITREE_SERVER: '' },
    });
    const printed = (stderr + stdout).trimEnd();
    const [, documented] = /Your invite code: (\w{6})/.exec(output) ?? [];
    const [, actual] = /Your invite code: (\w{6})/.exec(printed) ?? [];
    if (documented && actual) codes.set(documented, actual);
    expect(`$ ${command}\n${normalize(printed)}`).toBe(`$ ${command}\n${normalize(output)}`);
  }
});

/** Parses `echo INPUT | invitree ARGUMENTS`. Replaces URLs, paths and invite codes by real ones. */
function parse(command: string, codes: Map<string, string>) {
  const [, echoed, line = ''] = /^(?:echo (\S+) \| )?invitree (.*)$/.exec(command) ?? [];
  const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare = '']) => {
    const word = quoted ?? bare;
    if (word.startsWith('http://')) return t.server.url;
    if (word.endsWith('.csv')) return join(t.home, word);
    return codes.get(word) ?? word;
  });
  return { input: echoed ? `${echoed}\n` : '', argv };
}

/** Matches progress lines, which a terminal overwrites. */
const PROGRESS = new RegExp(`[^\\n]*\\r${'\u001b'}\\[K`, 'g');

/** Replaces what differs between runs. */
function normalize(text: string): string {
  return text
    .replaceAll(PROGRESS, '')
    .replaceAll(t.server.url, 'URL')
    .replaceAll(/http:\/\/127\.0\.0\.1:3000/g, 'URL')
    .replaceAll(`${t.home}/`, '')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\d( \d\d:\d\d)?/g, (time) => time.replaceAll(/\d/g, '0'))
    .replaceAll(/^ {3}\d\d-\d\d {4}\d\d-\d\d$/gm, '   00-00    00-00')
    .replaceAll(/(Your invite code: |Invite code +)\w{6}/g, '$1CODE');
}
