import type { Client, Session } from '@invitree/sdk';
import { Option } from 'commander';
import { type Context, define } from '../define.ts';
import { UsageError } from '../failures.ts';
import { askCode } from '../one-time-code.ts';
import { currentPassword } from '../passwords.ts';
import { formatPhone } from '../phones.ts';
import { ask, readSecret } from '../questions.ts';

interface Options {
  phone?: string;
  email?: string;
  invite?: string;
  codeStdin?: true;
  passwordStdin?: true;
  sendCode?: true;
}

export const login = define<Options>({
  name: 'login',
  summary: 'Sign in by phone, or by email and password',
  description:
    'Sign in by phone, with a code that comes by SMS, or by email and password. A new phone gets an account. Secrets are asked for, or read from standard input',
  examples: [
    'invitree login',
    'invitree login --phone "8 999 123-45-67" --invite K7MWQ2',
    'invitree login --phone +79991234567 --send-code --json',
    'echo 1234 | invitree login --phone +79991234567 --code-stdin',
    'invitree login --email anna@example.com',
  ],
  options: [
    new Option('--phone <phone>', 'in any form you would write it').conflicts('email'),
    new Option('--email <email>', 'sign in by password'),
    new Option('--invite <code>', 'whose invitation this is, for a new account'),
    new Option('--send-code', 'only have a code sent').conflicts(['codeStdin', 'email']),
    new Option('--code-stdin', 'read the code from standard input').conflicts('email'),
    new Option('--password-stdin', 'read the password from standard input'),
  ],
  async run(context, options) {
    const { io, out } = context;
    const client = await context.connect();
    if (io.env['INVITREE_TOKEN'])
      throw new UsageError('INVITREE_TOKEN is set: it signs every command in.', 'Unset it first.');
    if (options.sendCode) return sendCode(context, client, options);
    const session = options.email
      ? await client.auth.login({
          email: options.email,
          password: await currentPassword(io, options.passwordStdin),
        })
      : await byPhone(context, client, options);
    const { user, isNewUser } = session;
    const name = user.displayName ?? (user.phone ? await formatPhone(user.phone) : user.email);
    out.result(
      { isNewUser, user },
      () =>
        `${isNewUser ? 'Welcome' : 'Welcome back'}, ${name}. Your invite code: ${user.inviteCode ?? 'none'}`,
    );
  },
});

async function sendCode({ out }: Context, client: Client, { phone }: Options): Promise<void> {
  if (!phone) throw new UsageError('Whom to send a code to?', 'Say --phone PHONE.');
  const sent = await client.auth.requestCode({ phone });
  const shown = await formatPhone(sent.phone);
  out.result(sent, () => `A code is on its way to ${shown}.`);
}

async function byPhone(context: Context, client: Client, options: Options): Promise<Session> {
  const { io } = context;
  const { codeStdin, invite: inviteCode } = options;
  if (codeStdin && !options.phone) throw new UsageError('Whose code is it?', 'Say --phone PHONE.');
  const phone =
    options.phone ??
    (await ask(io, 'Phone: ', {
      otherwise: 'Say --phone PHONE, with --send-code first and then --code-stdin.',
    }));
  const verify = (code: string) => client.auth.verifyCode({ phone, code, inviteCode });
  return codeStdin ? verify(await readSecret(io)) : askCode(context, client, phone, verify);
}
