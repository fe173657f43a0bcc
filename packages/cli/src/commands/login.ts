import type { Client, Session } from '@invitree/sdk';
import { Option } from 'commander';
import { type Context, define } from '../define.ts';
import { UsageError } from '../failures.ts';
import { isInteractive } from '../io.ts';
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
      ? await byPassword(context, client, options.email, options)
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
  const inviteCode = options.invite;
  if (options.codeStdin) {
    if (!options.phone) throw new UsageError('Whose code is it?', 'Say --phone PHONE.');
    const code = await readSecret(io);
    return client.auth.verifyCode({ phone: options.phone, code, inviteCode });
  }
  const otherwise =
    'In a script: `invitree login --phone PHONE --send-code`, then pipe the code into `invitree login --phone PHONE --code-stdin`.';
  if (!isInteractive(io)) throw new UsageError('There is nobody to ask for a code.', otherwise);
  const given = options.phone ?? (await ask(io, 'Phone: ', { otherwise }));
  let { phone, resendAt } = await request(context, client, given);
  for (;;) {
    const code = await ask(io, () => codeQuestion(resendAt), { otherwise });
    if (code === '') {
      if (Date.now() < Date.parse(resendAt)) context.out.say('It is too early for a new code.');
      else ({ phone, resendAt } = await request(context, client, phone));
      continue;
    }
    try {
      return await client.auth.verifyCode({ phone, code, inviteCode });
    } catch (error) {
      const { attemptsLeft = 0, message } = error as { attemptsLeft?: number; message: string };
      if (attemptsLeft === 0) throw error;
      context.out.say(message);
    }
  }
}

async function request({ out }: Context, client: Client, given: string) {
  const sent = await client.auth.requestCode({ phone: given });
  out.say(`A code of ${sent.codeLength} digits is on its way to ${await formatPhone(sent.phone)}.`);
  if (sent.devCode) out.say(`This is a development server: the code is ${sent.devCode}.`);
  return sent;
}

function codeQuestion(resendAt: string): string {
  const seconds = Math.ceil((Date.parse(resendAt) - Date.now()) / 1000);
  const wait = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return seconds > 0 ? `Code (a new one in ${wait}): ` : 'Code (nothing: send a new one): ';
}

async function byPassword(
  { io }: Context,
  client: Client,
  email: string,
  { passwordStdin }: Options,
): Promise<Session> {
  const password = passwordStdin
    ? await readSecret(io)
    : await ask(io, 'Password: ', {
        hidden: true,
        otherwise: 'Pipe it in, with --password-stdin.',
      });
  throw new Error(`TODO ${email} ${password} ${client}`);
}
