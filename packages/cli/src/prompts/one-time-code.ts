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

/** What `auth.requestCode` needs to send a code. */
interface CodeRequest {
  phone: string;
  purpose?: 'signIn' | 'link' | 'reauthenticate';
}

/** A code as entered, and the challenge that names it. */
export interface EnteredCode {
  code: string;
  challenge: string;
}

/**
 * Sends a code to a phone, prompts for it until it is correct, and returns the result of `verify`.
 * @throws UsageError if there is no terminal
 * @throws InvitreeError from `verify` once no attempts are left
 */
export async function verifyWithPrompt<Result>(
  context: Context,
  client: Client,
  request: CodeRequest,
  verify: (entered: EnteredCode) => Promise<Result>,
): Promise<Result> {
  const { io, out } = context;
  // Checked before a code is sent in vain.
  if (!isInteractive(io)) throw new UsageError(`Missing ${CODE_OPTION.flag}.`, CODE_OPTION.hint);
  let { resendAt, challenge } = await sendCode(context, client, request);
  for (;;) {
    const code = await prompt(io, () => formatQuestion(resendAt), CODE_OPTION);
    if (code === '') {
      const wait = secondsUntil(resendAt);
      if (wait > 0) out.info(`You can request a new code in ${formatSeconds(wait)}.`);
      else ({ resendAt, challenge } = await sendCode(context, client, request));
      continue;
    }
    try {
      return await verify({ code, challenge });
    } catch (error) {
      const { attemptsLeft = 0, message } = error as { attemptsLeft?: number; message: string };
      if (attemptsLeft === 0) throw error;
      out.info(message);
    }
  }
}

/** `resendAt` is the time from which another code may be sent, in milliseconds since the epoch. */
async function sendCode({ out }: Context, client: Client, request: CodeRequest) {
  const sent = await client.auth.requestCode(request);
  const { phone, codeLength, devCode, resendAt, challenge } = sent;
  out.info(`Sent a ${codeLength}-digit code to ${await formatPhone(phone)}.`);
  if (devCode) out.info(`Development server: your code is ${devCode}.`);
  return { resendAt: Date.parse(resendAt), challenge };
}

const secondsUntil = (time: number) => Math.ceil((time - Date.now()) / 1000);

function formatQuestion(resendAt: number): string {
  const wait = secondsUntil(resendAt);
  return wait > 0 ? `Code (resend in ${formatClock(wait)}): ` : 'Code (press Enter to resend): ';
}
