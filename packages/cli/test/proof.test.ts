import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTerminal, type Terminal } from './terminal.ts';

let t: Terminal;
beforeAll(async () => {
  t = await openTerminal();
});
afterAll(() => t.close());

/** Signs in so long ago that the server asks again who the user is. */
async function signInLongAgo(phone: string) {
  await t.login(phone);
  t.server.advanceClock(700);
}

const otherSession = async () =>
  (await t.invitree('sessions')).json.find(({ current }: { current: boolean }) => !current).id;

test.each([
  ['+79992220001', () => 'logout --everywhere', /Signed out\. Ended \d sessions?\./],
  ['+79992220002', () => 'profile delete --yes', /Deleted your account\./],
  [
    '+79992220003',
    async () => {
      await t.login('+79992220003');
      await signInLongAgo('+79992220003');
      return `sessions revoke ${await otherSession()}`;
    },
    /Ended 1 session\./,
  ],
])('prompts for a code sent to the own phone and goes on: %s', async (phone, prepare, output) => {
  await signInLongAgo(phone);
  const command = await prepare();
  const refused = await t.invitree(command);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('REAUTHENTICATION_REQUIRED');
  expect(refused.stderr).toContain('hint: Run this command in a terminal');

  const { code, stdout, stderr } = await t.invitree(command, {
    interactive: true,
    input: '1111\n',
  });
  expect(stderr).toContain('Confirm that it is you.');
  expect(stderr).toContain('Sent a 4-digit code to +7 999');
  expect([code, stdout]).toEqual([0, expect.stringMatching(output)]);
});

test('links another phone with the code that was sent to it before the proof', async () => {
  await signInLongAgo('+79992220004');
  await t.invitree('login --phone +79992220005 --send-code');
  const refused = await t.invitree('profile phone +79992220005 --code-stdin', { input: '1111\n' });
  expect(refused.stderr).toContain('REAUTHENTICATION_REQUIRED');
  await t.login('+79992220004');
  const linked = await t.invitree('profile phone +79992220005 --code-stdin', { input: '1111\n' });
  expect(linked.json).toMatchObject({ phone: '+79992220005' });
});

test('prompts for the password if the account has no phone', async () => {
  const password = 'correct horse battery staple';
  await t.invitree('register --email proof@example.com --password-stdin', {
    input: `${password}\n`,
  });
  t.server.advanceClock(700);
  const { code, stderr } = await t.invitree('logout --everywhere', {
    interactive: true,
    input: `${password}\n`,
  });
  expect([code, stderr]).toEqual([0, expect.stringContaining('Password: ')]);
});
