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
  answer: string;
}

/** The steps of all transcripts, in order: they are one session. */
async function readSteps(): Promise<Step[]> {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const transcripts = [...readme.matchAll(/```console\n(.*?)```/gs)].map(([, text]) => text);
  return transcripts
    .join('\n')
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...answer] = step.split('\n');
      return { command, answer: answer.join('\n').trimEnd() };
    });
}

test('the transcripts of the README are what happens', async () => {
  const steps = await readSteps();
  expect(steps.length).toBeGreaterThan(15);
  const codes = new Map<string, string>();
  for (const { command, answer } of steps) {
    const [, file] = /^cat (\S+)$/.exec(command) ?? [];
    if (file) {
      await writeFile(join(t.home, file), `${answer}\n`);
      continue;
    }
    const { input, argv } = parse(command, codes);
    const { stdout, stderr } = await t.invitree(argv, {
      input,
      columns: 100,
      env: { INVITREE_SERVER: '' },
    });
    const printed = (stderr + stdout).trimEnd();
    const [, documented] = /Your invite code: (\w{6})/.exec(answer) ?? [];
    const [, actual] = /Your invite code: (\w{6})/.exec(printed) ?? [];
    if (documented && actual) codes.set(documented, actual);
    expect(`$ ${command}\n${general(printed)}`).toBe(`$ ${command}\n${general(answer)}`);
  }
});

/** `echo INPUT | invitree ARGUMENTS` with what stands for the address, the home and the codes. */
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

/** Written over by what follows. */
const PROGRESS = new RegExp(`[^\\n]*\\r${'\u001b'}\\[K`, 'g');

/** Without what differs from run to run. */
function general(text: string): string {
  return text
    .replaceAll(PROGRESS, '')
    .replaceAll(t.server.url, 'URL')
    .replaceAll(/http:\/\/127\.0\.0\.1:3000/g, 'URL')
    .replaceAll(`${t.home}/`, '')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\d( \d\d:\d\d)?/g, (time) => time.replaceAll(/\d/g, '0'))
    .replaceAll(/^ {3}\d\d-\d\d {4}\d\d-\d\d$/gm, '   00-00    00-00')
    .replaceAll(/(Your invite code: |Invite code {2})\w{6}/g, '$1CODE');
}
