import { Option } from 'commander';
import { defineCommand } from '../command.ts';
import { UsageError } from '../errors.ts';
import { getNewPassword } from '../prompts/password.ts';

interface Options {
  email?: string;
  name?: string;
  invite?: string;
  passwordStdin?: true;
}

export const register = defineCommand<Options>({
  name: 'register',
  summary: 'Create an account with an email and password',
  examples: [
    'invitree register --email anna@example.com --name Anna',
    'pass show invitree | invitree register --email anna@example.com --password-stdin',
  ],
  options: [
    new Option('--email <email>', 'Email to sign in with (required)'),
    new Option('--name <name>', 'Display name'),
    new Option('--invite <code>', 'Invite code of your referrer'),
    new Option('--password-stdin', 'Read the password from standard input'),
  ],
  async run({ io, out, connect }, { email, name, invite, passwordStdin }) {
    if (!email) throw new UsageError('Missing --email.');
    const client = await connect();
    const password = await getNewPassword(io, passwordStdin);
    const { user } = await client.auth.register({
      email,
      password,
      displayName: name,
      inviteCode: invite,
    });
    out.result(
      user,
      () => `Welcome, ${user.displayName ?? user.email}. Your invite code: ${user.inviteCode}`,
    );
  },
});
