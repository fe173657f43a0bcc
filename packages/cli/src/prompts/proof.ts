import type { Client, InvitreeError } from '@invitree/sdk';
import type { Context } from '../command.ts';
import { isInteractive } from '../io.ts';
import { verifyWithPrompt } from './one-time-code.ts';
import { promptPassword } from './password.ts';

/**
 * Runs an action. If the server requires a proof of who the user is, prompts for one and runs the
 * action again. Without a terminal the error remains.
 */
export async function withProof<Result>(
  context: Context,
  client: Client,
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    const { reason } = error as Partial<InvitreeError>;
    if (reason !== 'REAUTHENTICATION_REQUIRED' || !isInteractive(context.io)) throw error;
  }
  await prove(context, client);
  return action();
}

/** Prompts for a code sent to the user's own phone or, without a phone, for the password. */
async function prove(context: Context, client: Client): Promise<void> {
  const { io, out } = context;
  const { phone } = await client.profile.me();
  out.info('Confirm that it is you.');
  if (phone === null) {
    await client.auth.reauthenticate({ password: await promptPassword(io) });
    return;
  }
  await verifyWithPrompt(context, client, { phone, purpose: 'reauthenticate' }, (proof) =>
    client.auth.reauthenticate(proof),
  );
}
