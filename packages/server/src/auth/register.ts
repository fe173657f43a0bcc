import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { requireProvedIdentity } from '../identity/verified-email.ts';
import { requireVerifiedPhone } from '../identity/verified-phone.ts';
import { activate } from '../referral/activate.ts';
import type { Client } from '../sessions/sessions.ts';
import { createAccount } from './create-account.ts';
import { enrichProfile, screenEmail } from './enrichment.ts';
import type { IssuedSession, Transport } from './new-session.ts';
import { openSession } from './open-session.ts';
import { hashPassword } from './passwords/hash.ts';
import { rejectCommonPassword } from './passwords/requirements.ts';

export interface Registration {
  /** Normalised */
  email: string;
  password: string;
  displayName?: string | undefined;
  /** Activated in the same transaction. */
  inviteCode?: string | undefined;
  transport: Transport;
  client: Client;
}

/**
 * Creates an account with an email and a password. Creating the account, activating the invite code
 * and opening the session succeed together or change nothing.
 * @throws DomainError EMAIL_TAKEN, EMAIL_UNDELIVERABLE, EMAIL_DISPOSABLE, INPUT_INVALID for a
 *   common password, PHONE_VERIFICATION_REQUIRED, UNAVAILABLE, and the reasons of `activate`;
 *   EMAIL_VERIFICATION_REQUIRED for any invite code in production, where nobody has proved the email
 */
export async function register(
  deps: Deps,
  { email, password, displayName, inviteCode, transport, client }: Registration,
): Promise<IssuedSession> {
  await rejectCommonPassword(password, { email, displayName });
  const emailVerdict = await screenEmail(deps, email);
  const passwordHash = await hashPassword(password);
  const session = await deps.database.transaction(async (tx) => {
    const account = { email, emailVerdict, passwordHash, displayName };
    const userId = await createAccount(deps, tx, account);
    if (!userId) throw new DomainError('EMAIL_TAKEN');
    if (inviteCode !== undefined) {
      await requireVerifiedPhone(deps, tx, userId);
      await requireProvedIdentity(deps, tx, userId);
      await activate(deps, tx, { userId, inviteCode, client });
    }
    const session = await openSession(
      deps,
      tx,
      sql`
      select * from users where id = ${userId}`,
      { isNewUser: true, transport, client },
    );
    if (!session) throw new Error('No session was opened for the new account');
    return session;
  });
  // Not awaited: the response does not depend on it, and it never rejects.
  enrichProfile(deps, { userId: session.profile.id, email });
  return session;
}
