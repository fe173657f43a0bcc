import type { Client, Session } from '@invitree/sdk';
import { Option } from 'commander';
import { type Context, defineCommand } from '../command.ts';
import { UsageError } from '../errors.ts';
import { formatPhone } from '../output/format.ts';
import { verifyWithPrompt } from '../prompts/one-time-code.ts';
import { getPassword } from '../prompts/password.ts';
import { prompt } from '../prompts/prompt.ts';
import { readSecret } from '../prompts/secret.ts';

interface Options {
  phone?: string;
  email?: string;
  invite?: string;
  codeStdin?: true;
  passwordStdin?: true;
  sendCode?: true;
}

export const login = defineCommand<Options>({
  name: 'login',
  summary: 'Sign in with a phone number, or an email and password',
  description:
    'Sign in with a phone number and a code from an SMS, or with an email and password. A new phone number gets an account. Codes and passwords are prompted for, or read from standard input.',
  examples: [
    'invitree login',
    'invitree login --phone "8 999 123-45-67" --invite K7MWQ2',
    'invitree login --phone +79991234567 --send-code --json',
    'echo 1234 | invitree login --phone +79991234567 --code-stdin',
    'invitree login --email anna@example.com',
  ],
  options: [
    new Option('--phone <phone>', 'Phone number, in any common format').conflicts('email'),
    new Option('--email <email>', 'Email, to sign in with a password'),
    new Option('--invite <code>', 'Invite code of your referrer, for a new account'),
    new Option('--send-code', 'Send a code and exit').conflicts(['codeStdin', 'email']),
    new Option('--code-stdin', 'Read the code from standard input').conflicts('email'),
    new Option('--password-stdin', 'Read the password from standard input'),
  ],
  async run(context, options) {
    const { io, out } = context;
    if (io.env['INVITREE_TOKEN'])
      throw new UsageError(
        'You are signed in with INVITREE_TOKEN.',
        'Unset INVITREE_TOKEN to sign in another way.',
      );
    const client = await context.connect();
    if (options.sendCode) return sendCode(context, client, options);
    const session = options.email
      ? await client.auth.login({
          email: options.email,
          password: await getPassword(io, options.passwordStdin),
        })
      : await signInByPhone(context, client, options);
    const { user, isNewUser } = session;
    const greeting = isNewUser ? 'Welcome' : 'Welcome back';
    const name = user.displayName ?? (user.phone ? await formatPhone(user.phone) : user.email);
    out.result(
      { isNewUser, user },
      () => `${greeting}, ${name}. Your invite code: ${user.inviteCode ?? 'none'}`,
    );
  },
});

async function sendCode({ out }: Context, client: Client, { phone }: Options): Promise<void> {
  if (!phone) throw new UsageError('Missing --phone.');
  const sent = await client.auth.requestCode({ phone });
  const formatted = await formatPhone(sent.phone);
  out.result(sent, () => `Sent a code to ${formatted}.`);
}

async function signInByPhone(
  context: Context,
  client: Client,
  { phone: givenPhone, codeStdin, invite: inviteCode }: Options,
): Promise<Session> {
  const { io } = context;
  if (codeStdin && !givenPhone) throw new UsageError('Missing --phone.');
  const phone =
    givenPhone ??
    (await prompt(io, 'Phone: ', {
      flag: '--phone',
      hint: 'Without a terminal, pass --phone with --send-code, then --phone with --code-stdin.',
    }));
  const verify = (entered: { code: string; challenge?: string }) =>
    client.auth.verifyCode({ phone, ...entered, inviteCode });
  return codeStdin
    ? verify({ code: await readSecret(io) })
    : verifyWithPrompt(context, client, { phone }, verify);
}
