import type { Client } from '@invitree/sdk';
import type { Context } from './define.ts';
import { UsageError } from './failures.ts';
import { isInteractive } from './io.ts';
import { formatPhone } from './phones.ts';
import { ask } from './questions.ts';

const OTHERWISE =
  'In a script: `invitree login --phone PHONE --send-code` has one sent, and --code-stdin reads it.';

/** Has a code sent to a phone, asks the person for it until it is right, and gives what `use` made of it. */
export async function askCode<Result>(
  context: Context,
  client: Client,
  given: string,
  use: (code: string) => Promise<Result>,
): Promise<Result> {
  const { io, out } = context;
  if (!isInteractive(io)) throw new UsageError('There is nobody to ask for a code.', OTHERWISE);
  let resendAt = await request(context, client, given);
  for (;;) {
    const code = await ask(io, () => question(resendAt), { otherwise: OTHERWISE });
    if (code === '') {
      if (Date.now() < resendAt) out.say('It is too early for a new code.');
      else resendAt = await request(context, client, given);
      continue;
    }
    try {
      return await use(code);
    } catch (error) {
      const { attemptsLeft = 0, message } = error as { attemptsLeft?: number; message: string };
      if (attemptsLeft === 0) throw error;
      out.say(message);
    }
  }
}

async function request({ out }: Context, client: Client, given: string): Promise<number> {
  const { phone, codeLength, devCode, resendAt } = await client.auth.requestCode({ phone: given });
  out.say(`A code of ${codeLength} digits is on its way to ${await formatPhone(phone)}.`);
  if (devCode) out.say(`This is a development server: the code is ${devCode}.`);
  return Date.parse(resendAt);
}

function question(resendAt: number): string {
  const seconds = Math.ceil((resendAt - Date.now()) / 1000);
  const wait = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return seconds > 0 ? `Code (a new one in ${wait}): ` : 'Code (nothing: send a new one): ';
}
