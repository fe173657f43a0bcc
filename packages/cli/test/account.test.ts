import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTerminal, type Terminal } from './terminal.ts';

let t: Terminal;
beforeAll(async () => {
  t = await openTerminal();
});
afterAll(() => t.close());

test('signs in, changes the display name, invites a user and lists the referral', async () => {
  const anna = await t.login('+79991110001');
  const named = await t.invitree(['profile', 'update', '--name', 'Anna Карénina']);
  expect(named.json).toMatchObject({ displayName: 'Anna Карénina', phone: '+79991110001' });
  expect((await t.invitree('code show')).json).toMatchObject({
    code: anna.inviteCode,
    active: true,
  });
  expect((await t.invitree(`code check ${anna.inviteCode}`)).json).toMatchObject({ valid: true });

  await t.login('+79991110002', `--invite ${anna.inviteCode}`);
  const second = await t.invitree(`activate ${anna.inviteCode}`);
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toContain('ALREADY_ACTIVATED');

  await t.login('+79991110001');
  const list = await t.invitree('referrals list', { columns: 80 });
  expect(list.stdout).toMatch(/^NAME\s+PHONE\s+ACTIVATED\n–\s+\+79991110002\s+\d{4}-\d\d-\d\d /);
  expect((await t.invitree('referrals')).lines).toMatchObject([{ phone: '+79991110002' }]);
  expect((await t.invitree('whoami', { columns: 80 })).stdout).toBe(
    `Signed in to ${t.server.url} as Anna Карénina.\n`,
  );
});

test('lists and revokes sessions, and signs out', async () => {
  await t.login('+79991110003');
  await t.login('+79991110003');
  const { json } = await t.invitree('sessions');
  expect(json).toHaveLength(2);
  const other = json.find(({ current }: { current: boolean }) => !current);
  expect((await t.invitree(`sessions revoke ${other.id}`)).json).toEqual({ revoked: 1 });
  expect((await t.invitree('logout')).json).toEqual({ revoked: 1 });
  const after = await t.invitree('whoami');
  expect(after).toMatchObject({ code: 1, stdout: '' });
  expect(after.stderr).toBe(
    'error: Sign in first. (TOKEN_MISSING)\nhint: Sign in with `invitree login`.\n',
  );
});

test('stores the session in a file that only its owner can read', async () => {
  await t.login('+79991110004');
  const file = join(t.home, '.local/state/invitree/sessions.json');
  const mode = async () => (await stat(file)).mode & 0o777;
  expect(await mode()).toBe(0o600);
  await chmod(file, 0o644);
  await t.login('+79991110005');
  expect(await mode()).toBe(0o600);
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    [t.server.url]: { refreshToken: expect.any(String) },
  });
  const elsewhere = await t.invitree('whoami', { env: { XDG_STATE_HOME: join(t.home, 'other') } });
  expect(elsewhere.code).toBe(1);
});

test('refreshes an expired access token, also from two commands at the same time', async () => {
  await t.login('+79991110006');
  t.server.advanceClock(1000);
  const both = await Promise.all([t.invitree('whoami'), t.invitree('whoami')]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect((await t.invitree('whoami')).code).toBe(0);
});

test('uses INVITREE_TOKEN instead of the stored session', async () => {
  const { accessToken } = await t.server.signIn('+79991110007');
  const { json } = await t.invitree('whoami', { env: { INVITREE_TOKEN: accessToken } });
  expect(json.phone).toBe('+79991110007');
  const wrong = await t.invitree('whoami', { env: { INVITREE_TOKEN: 'x' } });
  expect(wrong).toMatchObject({ code: 1 });
  expect(wrong.stderr).toContain('INVITREE_TOKEN is invalid');
  const login = await t.invitree('login', { env: { INVITREE_TOKEN: accessToken } });
  expect(login).toMatchObject({ code: 2 });
});

test('does not prompt without a terminal', async () => {
  for (const [args, missing] of [
    ['login', '--phone'],
    ['login --phone +79991110008', '--code-stdin'],
  ] as const) {
    const { code, stderr } = await t.invitree(args);
    expect(code).toBe(2);
    expect(stderr).toContain(`Missing ${missing}.`);
    expect(stderr).toContain('--code-stdin');
  }
  const empty = await t.invitree('login --phone +79991110008 --code-stdin');
  expect(empty).toMatchObject({ code: 2, stderr: 'error: Standard input is empty.\n' });
});

test('names the required option that is missing', async () => {
  for (const [args, missing] of [
    ['login --send-code', '--phone'],
    ['login --code-stdin', '--phone'],
    ['register', '--email'],
    ['profile update', '--name or --no-name'],
  ] as const) {
    const { code, stderr } = await t.invitree(args);
    expect([args, code, stderr]).toEqual([args, 2, `error: Missing ${missing}.\n`]);
  }
});

test('exports the data of an account and deletes the account', async () => {
  await t.login('+79991110009');
  expect((await t.invitree('profile export')).json).toMatchObject({
    user: { phone: '+79991110009' },
  });
  const unconfirmed = await t.invitree('profile delete');
  expect(unconfirmed).toMatchObject({ code: 2, stdout: '' });
  expect(unconfirmed.stderr).toContain('Missing --yes.');
  expect((await t.invitree('profile delete --yes')).json).toEqual({ deleted: true });
  expect((await t.invitree('whoami')).code).toBe(1);
});

test('replaces an invite code; tree and stats keep its referrals', async () => {
  const anna = await t.login('+79991110010');
  await t.login('+79991110011', `--invite ${anna.inviteCode}`);
  await t.login('+79991110010');
  expect((await t.invitree('code delete')).code).toBe(2);
  expect((await t.invitree('code delete --yes')).json).toEqual({ deleted: true });
  const created = await t.invitree('code create --expires 2w --custom-code anna-10');
  expect(created.json).toMatchObject({ code: 'ANNA-10', active: true });
  expect((await t.invitree('code create --expires soon')).code).toBe(2);
  const tree = await t.invitree('referrals tree', { columns: 80 });
  expect(tree.stdout).toBe('+79991110010  1 referral\n└── +79991110011\n');
  expect((await t.invitree('referrals stats')).json).toMatchObject({ direct: 1, total: 1 });
});

test('registers and signs in with an email and a piped password', async () => {
  const password = 'correct horse battery staple';
  const signedUp = await t.invitree('register --email anna@example.com --password-stdin', {
    input: `${password}\n`,
  });
  expect(signedUp.json).toMatchObject({ email: 'anna@example.com' });
  const login = (input: string) =>
    t.invitree('login --email anna@example.com --password-stdin', { input });
  expect((await login('wrong\n')).stderr).toContain('CREDENTIALS_WRONG');
  expect((await login(`${password}\n`)).json).toMatchObject({ isNewUser: false });
  expect((await t.invitree('code find anna@example.com')).json).toMatchObject({
    inviteCode: signedUp.json.inviteCode,
  });
  await t.invitree('login --phone +79991110012 --send-code');
  const linked = await t.invitree('profile phone +79991110012 --code-stdin', { input: '1111\n' });
  expect(linked.json).toMatchObject({ phone: '+79991110012', email: 'anna@example.com' });
});
