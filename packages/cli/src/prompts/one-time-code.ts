import type { Client } from '@invitree/sdk';
import type { Context } from '../command.ts';
import { UsageError } from '../errors.ts';
import { isInteractive } from '../io.ts';
import { formatClock, formatPhone, formatSeconds } from '../output/format.ts';
import { prompt } from './prompt.ts';

const CODE_OPTION = {
  flag: '--code-stdin',
  hint: 'Get a code with `invitree login --phone PHONE --send-code`, then pipe it in.',
};

/**
 * Sends a code to a phone, prompts for it until it is correct, and returns the result of `verify`.
 * @throws UsageError if there is no terminal
 * @throws InvitreeError from `verify` once no attempts are left
 */
export async function verifyWithPrompt<Result>(
  context: Context,
  client: Client,
  phone: string,
  verify: (code: string) => Promise<Result>,
): Promise<Result> {
  const { io, out } = context;
  // Checked before a code is sent in vain.
  if (!isInteractive(io)) throw new UsageError(`Missing ${CODE_OPTION.flag}.`, CODE_OPTION.hint);
  let resendAt = await sendCode(context, client, phone);
  for (;;) {
    const code = await prompt(io, () => formatQuestion(resendAt), CODE_OPTION);
    if (code === '') {
      const wait = secondsUntil(resendAt);
      if (wait > 0) out.info(`You can request a new code in ${formatSeconds(wait)}.`);
      else resendAt = await sendCode(context, client, phone);
      continue;
    }
    try {
      return await verify(code);
    } catch (error) {
      const { attemptsLeft = 0, message } = error as { attemptsLeft?: number; message: string };
      if (attemptsLeft === 0) throw error;
      out.info(message);
    }
  }
}

/** Returns the time from which another code may be sent, in milliseconds since the epoch. */
async function sendCode({ out }: Context, client: Client, input: string): Promise<number> {
  const { phone, codeLength, devCode, resendAt } = await client.auth.requestCode({ phone: input });
  out.info(`Sent a ${codeLength}-digit code to ${await formatPhone(phone)}.`);
  if (devCode) out.info(`Development server: your code is ${devCode}.`);
  return Date.parse(resendAt);
}

const secondsUntil = (time: number) => Math.ceil((time - Date.now()) / 1000);

function formatQuestion(resendAt: number): string {
  const wait = secondsUntil(resendAt);
  return wait > 0 ? `Code (resend in ${formatClock(wait)}): ` : 'Code (press Enter to resend): ';
}
