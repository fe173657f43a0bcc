import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ADMIN, openTerminal, type Terminal } from './terminal.ts';

let t: Terminal;
beforeAll(async () => {
  t = await openTerminal();
  await t.login(ADMIN);
});
afterAll(() => t.close());

async function file(name: string, text: string): Promise<string> {
  const path = join(t.home, name);
  await writeFile(path, text);
  return path;
}

const countUsers = () => t.server.deps.database.prisma.user.count();

test('reports every invalid line before importing anything', async () => {
  const path = await file(
    'bad.csv',
    '\uFEFFnote,phone,displayName,createdAt\r\n' +
      '"two\nlines",+79993330001,"Anna ""A"", von",2020-01-01\r\n' +
      ',12,Nobody,\r\n' +
      ',,Phoneless,\r\n' +
      ',+79993330002,,tomorrow\r\n' +
      ',+79993330003,,\r\n',
  );
  const before = await countUsers();
  const bad =
    'line 4: phone: not a valid phone number\nline 5: phone: missing\nline 6: createdAt: not valid\n';
  const sortLines = (text: string) => text.split('\n').slice(0, -2).sort().join('\n');
  const dry = await t.invitree(`admin import users ${path} --dry-run`);
  expect(dry.code).toBe(1);
  expect(sortLines(dry.stderr)).toBe(sortLines(`${bad}Found 3 problems.\n`));
  expect(dry.json).toMatchObject({ dryRun: true, created: 2, existing: 0, problems: 3 });
  const refused = await t.invitree(`admin import users ${path}`);
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toContain(
    'Found 3 problems. Nothing was imported. Fix the lines, or skip them with --skip-bad.',
  );
  expect(await countUsers()).toBe(before);

  const imported = await t.invitree(`admin import users ${path} --skip-bad`);
  expect(imported.json).toMatchObject({ created: 2, existing: 0, problems: 3 });
  expect((await t.invitree('admin users list +79993330001')).lines).toMatchObject([
    { displayName: 'Anna "A", von', createdAt: '2020-01-01T00:00:00.000Z' },
  ]);
});

test('completes an interrupted import when it is run again', async () => {
  const lines = Array.from({ length: 700 }, (_, i) =>
    JSON.stringify({ phone: `+7999444${String(i).padStart(4, '0')}`, displayName: `U ${i}` }),
  );
  const path = await file('many.jsonl', `${lines.join('\n')}\n`);
  const before = await countUsers();
  const interrupt = new AbortController();
  const watch = setInterval(async () => {
    if ((await countUsers()) > before) interrupt.abort();
  }, 5);
  onTestFinished(() => clearInterval(watch));
  const interrupted = await t.invitree(`admin import users ${path}`, { signal: interrupt.signal });
  clearInterval(watch);
  expect(interrupted.code).toBe(130);
  const again = await t.invitree(`admin import users ${path}`);
  expect(again.code).toBe(0);
  expect(again.json.created + again.json.existing).toBe(700);
  expect(again.json.existing).toBeGreaterThan(0);
  expect(await countUsers()).toBe(before + 700);

  const pairs = lines.slice(1).map((_, i) => {
    const phone = (n: number) => `+7999444${String(n).padStart(4, '0')}`;
    return `${phone(i + 1)},${phone(Math.floor(i / 3))},2021-01-01T00:00:00Z`;
  });
  const tree = await file(
    'tree.csv',
    `refereePhone,referrerPhone,activatedAt\n${pairs.slice(0, 100).join('\n')}\n`,
  );
  const referrals = await t.invitree(`admin import referrals ${tree}`);
  expect(referrals.json).toMatchObject({ created: 100, existing: 0, problems: 0 });
  expect((await t.invitree(`admin import referrals ${tree}`)).json).toMatchObject({
    created: 0,
    existing: 100,
  });
});

test('imports its own exports in both formats', async () => {
  for (const format of ['csv', 'jsonl'])
    for (const kind of ['users', 'referrals']) {
      const path = join(t.home, `${kind}.${format}`);
      const { json } = await t.invitree(`admin export ${kind} --output ${path}`);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      const piped = await t.invitree(`admin export ${kind} --format ${format}`);
      expect(piped.stdout).toBe(await readFile(path, 'utf8'));
      const back = await t.invitree(`admin import ${kind} ${path} --dry-run`);
      expect([back.code, back.json]).toEqual([
        0,
        expect.objectContaining({ created: 0, existing: json.count, problems: 0 }),
      ]);
    }
});

test('exports no formulas, and imports every value as it was', async () => {
  const names = ['=HYPERLINK("http://evil.example")', '@SUM(A1)', "'=1", '-5', "O'Hara"];
  const { prisma } = t.server.deps.database;
  const users = names.map((displayName, n) => ({ phone: `+7999888000${n}`, displayName }));
  const jsonl = users.map((user) => JSON.stringify(user)).join('\n');
  await t.invitree(`admin import users ${await file('names.jsonl', jsonl)}`);
  const path = join(t.home, 'formulas.csv');
  await t.invitree(`admin export users --output ${path}`);
  const text = await readFile(path, 'utf8');
  expect(text).toContain(`'+79998880000`);
  const cells = text.split(/[,\r\n]+/).map((cell) => cell.replace(/^"/, ''));
  expect(cells.filter((cell) => /^[=+@\t-]/.test(cell))).toEqual([]);

  // The accounts change their phones, so that the import creates all of them again.
  const where = { phone: { startsWith: '+7999888000' } };
  for (const { id, phone } of await prisma.user.findMany({ where }))
    await prisma.user.update({
      where: { id },
      data: { phone: `${phone}`.replace('+7999888', '+7999887') },
    });
  const codes = path.replace('.csv', '-without-codes.csv');
  await writeFile(codes, text.replace(/,inviteCode,/, ',formerCode,'));
  await t.invitree(`admin import users ${codes}`);
  const imported = await prisma.user.findMany({ where, orderBy: { phone: 'asc' } });
  expect(imported.map(({ displayName }) => displayName)).toEqual(names);
});

test('rejects files that are missing, malformed or of an unknown format', async () => {
  const broken = await file('broken.csv', 'phone\n"+7999\n');
  for (const path of [join(t.home, 'nowhere.csv'), await file('users.xls', ''), broken]) {
    const { code, stdout } = await t.invitree(`admin import users ${path}`);
    expect([path, code, stdout]).toEqual([path, 2, '']);
  }
  const half = await file('half.jsonl', '{"phone": "+79995550001"}\n{"phone\n[]\n');
  const { code, stderr } = await t.invitree(`admin import users ${half} --dry-run`);
  expect(code).toBe(1);
  expect(stderr).toBe('line 2: not a JSON object\nline 3: not a JSON object\nFound 2 problems.\n');
});
