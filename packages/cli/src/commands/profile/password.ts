import { Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { isInteractive } from '../../io.ts';
import { getNewPassword, promptPassword } from '../../prompts/password.ts';

interface Options {
  email?: string;
  passwordStdin?: true;
}

export const password = defineCommand<Options>({
  name: 'password',
  summary: 'Set or change your password',
  description:
    'Set or change your password. A change requires your current password and ends your other sessions.',
  examples: [
    'invitree profile password',
    'invitree profile password --email anna@example.com',
    'pass show invitree | invitree profile password --password-stdin',
  ],
  options: [
    new Option('--email <email>', 'Email to sign in with, if you have none yet'),
    new Option('--password-stdin', 'Read your first password from standard input'),
  ],
  async run({ io, out, connect }, { email, passwordStdin }) {
    const client = await connect();
    const currentPassword =
      passwordStdin || !isInteractive(io)
        ? ''
        : await promptPassword(io, 'Current password (leave blank if you have none): ');
    const newPassword = await getNewPassword(io, passwordStdin);
    const profile = await client.auth.setPassword({
      email,
      password: newPassword,
      ...(currentPassword && { currentPassword }),
    });
    out.result(
      profile,
      () => `Password set. You can now sign in with ${profile.email ?? profile.phone}.`,
    );
  },
});
