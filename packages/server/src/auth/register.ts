import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { requireVerifiedPhone } from '../identity/verified-phone.ts';
import { activate } from '../referral/activate.ts';
import type { Client } from '../sessions/sessions.ts';
import { createAccount } from './create-account.ts';
import { enrichProfile, judgeEmail } from './enrichment.ts';
import { type OpenedSession, openSession, type Transport } from './open-session.ts';
import { hashPassword } from './passwords/hash.ts';
import { refuseCommonPassword } from './passwords/requirements.ts';

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
 * Makes an account with an email and a password. The account, the activation of the invite code and
 * the session come all together or not at all.
 * @throws DomainError EMAIL_TAKEN, EMAIL_UNDELIVERABLE, EMAIL_DISPOSABLE, INPUT_INVALID for a common
 *   password, PHONE_VERIFICATION_REQUIRED, UNAVAILABLE and what activating throws
 */
export async function register(
  deps: Deps,
  { email, password, displayName, inviteCode, transport, client }: Registration,
): Promise<OpenedSession> {
  await refuseCommonPassword(password, { email, displayName });
  const emailVerdict = await judgeEmail(deps, email);
  const passwordHash = await hashPassword(password);
  const opened = await deps.database.transaction(async (tx) => {
    const account = { email, emailVerdict, passwordHash, displayName };
    const userId = await createAccount(deps, tx, account);
    if (!userId) throw new DomainError('EMAIL_TAKEN');
    if (inviteCode !== undefined) {
      await requireVerifiedPhone(deps, tx, userId);
      await activate(deps, tx, { userId, inviteCode, ip: client.ip });
    }
    const opened = await openSession(deps, tx, sql`select * from users where id = ${userId}`, {
      method: 'password',
      isNewUser: sql`true`,
      transport,
      client,
    });
    if (!opened) throw new Error('A new account has no session');
    return opened;
  });
  // Not awaited: nobody waits for it.
  enrichProfile(deps, { userId: opened.profile.id, email });
  return opened;
}
