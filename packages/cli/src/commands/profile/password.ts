import { Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { isInteractive } from '../../io.ts';
import { getNewPassword, promptPassword } from '../../prompts/password.ts';
import { withProof } from '../../prompts/proof.ts';

interface Options {
  email?: string;
  passwordStdin?: true;
}

export const password = defineCommand<Options>({
  name: 'password',
  summary: 'Set or change your password',
  description:
    'Set or change your password. Your other sessions end. Without your current password, confirm with a code sent to your phone.',
  examples: [
    'invitree profile password',
    'invitree profile password --email anna@example.com',
    'pass show invitree | invitree profile password --password-stdin',
  ],
  options: [
    new Option('--email <email>', 'Email to sign in with, if you have none yet'),
    new Option('--password-stdin', 'Read the new password from standard input'),
  ],
  async run(context, { email, passwordStdin }) {
    const { io, out } = context;
    const client = await context.connect();
    const currentPassword =
      passwordStdin || !isInteractive(io)
        ? ''
        : await promptPassword(
            io,
            'Current password (leave blank if you have none or forgot it): ',
          );
    const newPassword = await getNewPassword(io, passwordStdin);
    const profile = await withProof(context, client, () =>
      client.auth.setPassword({
        email,
        password: newPassword,
        ...(currentPassword && { currentPassword }),
      }),
    );
    out.result(
      profile,
      () => `Password set. You can now sign in with ${profile.email ?? profile.phone}.`,
    );
  },
});
