import { Option } from 'commander';
import { define } from '../define.ts';
import { newPassword } from '../passwords.ts';

interface Options {
  email: string;
  name?: string;
  invite?: string;
  passwordStdin?: true;
}

export const register = define<Options>({
  name: 'register',
  summary: 'Sign up with an email and a password',
  examples: [
    'invitree register --email anna@example.com --name Anna',
    'pass show invitree | invitree register --email anna@example.com --password-stdin',
  ],
  options: [
    new Option('--email <email>', 'what to sign in with').makeOptionMandatory(),
    new Option('--name <name>', 'what others see'),
    new Option('--invite <code>', 'whose invitation this is'),
    new Option('--password-stdin', 'read the password from standard input'),
  ],
  async run({ io, out, connect }, { email, name, invite, passwordStdin }) {
    const client = await connect();
    const password = await newPassword(io, passwordStdin);
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
