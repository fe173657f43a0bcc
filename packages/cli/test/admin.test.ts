import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN, openTerminal, type Terminal } from './terminal.ts';

let t: Terminal;
beforeAll(async () => {
  t = await openTerminal();
  for (const i of [1, 2, 3]) await t.server.signIn(`+7999222000${i}`);
  await t.login(ADMIN);
});
afterAll(() => t.close());

test('finds, shows, blocks and unblocks users by phone, invite code or ID', async () => {
  const { lines } = await t.invitree('admin users list +7999222');
  expect(lines.map(({ phone }) => phone)).toEqual(['+79992220001', '+79992220002', '+79992220003']);
  const [first] = lines;
  expect((await t.invitree(`admin users block ${first.inviteCode}`)).json).toMatchObject({
    id: first.id,
    status: 'blocked',
  });
  expect((await t.invitree('admin users list --status blocked')).lines).toMatchObject([
    { id: first.id },
  ]);
  const shown = await t.invitree(['admin', 'users', 'show', '8 999 222 00 01'], { columns: 100 });
  expect(shown.stdout).toMatch(/Status\s+blocked/);
  expect(shown.stdout).toContain(first.inviteCode);
  expect((await t.invitree(`admin users unblock ${first.id}`)).json.status).toBe('active');
  expect((await t.invitree(`admin users unlock ${first.id}`)).json).toEqual({ unlocked: true });

  const several = await t.invitree('admin users block +7999222');
  expect(several.code).toBe(2);
  expect(several.stderr).toContain('Several users match');
  const nobody = await t.invitree('admin users block nobody@example.com');
  expect([nobody.code, nobody.stderr.includes('No user matches')]).toEqual([2, true]);
});

test('promotes and demotes users, but not the last admin', async () => {
  expect((await t.invitree('admin users promote +79992220002')).json.role).toBe('admin');
  expect((await t.invitree('admin users list --role admin')).lines).toHaveLength(2);
  expect((await t.invitree('admin users demote +79992220002')).json.role).toBe('user');
  const last = await t.invitree(`admin users demote ${ADMIN}`);
  expect(last.code).toBe(1);
  expect(last.stderr).toContain('LAST_ADMIN');
  expect(last.stderr).toContain('invitree admin users promote USER');
});

test("ends a user's sessions and revokes their invite code", async () => {
  expect((await t.invitree('admin users logout +79992220003')).json).toEqual({ revoked: 1 });
  const { lines } = await t.invitree('admin users list +79992220003');
  const code = lines[0].inviteCode;
  expect((await t.invitree(`admin codes revoke ${code}`)).json).toMatchObject({ code });
  expect((await t.invitree(`admin codes revoke ${code}`)).code).toBe(1);
});

test('lists the audit log of a user', async () => {
  const { lines } = await t.invitree('admin audit --user +79992220003');
  expect(lines.map(({ action }) => action)).toEqual([
    'invite_code.revoked',
    'user.sessions_revoked',
    'auth.signed_in',
  ]);
  const table = await t.invitree('admin audit --limit 2', { columns: 200 });
  expect(table.stdout.split('\n')).toHaveLength(4);
  expect(table.stderr).toContain('Use --limit or --all to see more.');
});

test('fits statistics to the width of the terminal', async () => {
  for (const columns of [40, 80, 120]) {
    const { stdout } = await t.invitree('admin stats', { columns });
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    expect(stdout).toMatch(/Users {2,}4\n/);
    expect(stdout).toContain('█');
  }
  expect((await t.invitree('admin stats --days 2')).json.signUpsByDay).toHaveLength(2);
});

test('shortens table cells in a narrow terminal', async () => {
  const { stdout } = await t.invitree('admin users list', { columns: 70 });
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(70);
  expect(stdout).toContain('…');
});

test('ends every session, after a question', async () => {
  const asked = await t.invitree('admin sessions end-all');
  expect([asked.code, asked.stderr.includes('--yes')]).toEqual([2, true]);
  const declined = await t.invitree('admin sessions end-all', { interactive: true, input: 'n\n' });
  expect(declined.stderr).toContain('Nothing was changed.');
  const { json } = await t.invitree('admin sessions end-all --yes');
  expect(json.revoked).toBeGreaterThanOrEqual(2);
  expect((await t.invitree('whoami')).code).not.toBe(0);
});
