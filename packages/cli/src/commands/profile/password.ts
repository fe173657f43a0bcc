import { Option } from 'commander';
import { define } from '../../define.ts';
import { isInteractive } from '../../io.ts';
import { newPassword } from '../../passwords.ts';
import { ask } from '../../questions.ts';

interface Options {
  email?: string;
  passwordStdin?: true;
}

export const password = define<Options>({
  name: 'password',
  summary: 'Set or change my password',
  description:
    'Set or change my password. Changing it takes the current one, which is asked for, and ends all other sessions',
  examples: [
    'invitree profile password',
    'invitree profile password --email anna@example.com',
    'pass show invitree | invitree profile password --password-stdin',
  ],
  options: [
    new Option('--email <email>', 'to sign in with, if there is none yet'),
    new Option('--password-stdin', 'read the first password from standard input'),
  ],
  async run({ io, out, connect }, { email, passwordStdin }) {
    const client = await connect();
    const current =
      passwordStdin || !isInteractive(io)
        ? ''
        : await ask(io, 'Current password (nothing, if there is none): ', {
            hidden: true,
            otherwise: '',
          });
    const chosen = await newPassword(io, passwordStdin);
    const profile = await client.auth.setPassword({
      email,
      password: chosen,
      ...(current && { currentPassword: current }),
    });
    out.result(profile, () => `Sign in with ${profile.email ?? profile.phone} and this password.`);
  },
});
