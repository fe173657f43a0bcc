import sql from 'sql-template-tag';
import { auditFailedSignIn } from '../audit/sign-in-events.ts';
import { DomainError } from '../core/errors.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { isUniqueViolation } from '../identity/taken.ts';
import { activate } from '../referral/activate.ts';
import { randomInviteCode } from '../referral/invite-codes.ts';
import type { Client } from '../sessions/sessions.ts';
import { countVerified } from './codes/pumping.ts';
import { requireCorrectCode } from './codes/refuse.ts';
import type { CodeAttempt, CodeVerification } from './codes/verify.ts';
import { withFailureBudget } from './failure-budget.ts';
import { type IssuedSession, issuedSession, newSession, type Transport } from './new-session.ts';
import { type SignInRow, signInStatement } from './sign-in-statement.ts';

export interface PhoneSignIn {
  /** E.164 */
  phone: string;
  code: string;
  /** See `CodeAttempt`. */
  challenge?: string | undefined;
  /** Activated for a new account, in the same transaction. Ignored for an existing account. */
  inviteCode?: string | undefined;
  transport: Transport;
  client: Client;
}

/**
 * Signs in with a one-time code. Consuming the code, creating the account if the phone has none,
 * activating the invite code and opening the session succeed together or change nothing.
 * @throws DomainError CODE_WRONG, CODE_EXPIRED, CODE_ATTEMPTS_EXCEEDED, USER_BLOCKED, and the
 *   reasons of `activate`
 */
export async function signInByPhone(deps: Deps, input: PhoneSignIn): Promise<IssuedSession> {
  const { phone, client } = input;
  const target = sql`(select id from users where phone = ${phone})`;
  const audited = { method: 'phone', client, target } as const;
  const judge = async () =>
    requireCorrectCode(deps, attemptOf(input), await verifyAndSignIn(deps, input));
  const { consumed, session } = await auditFailedSignIn(deps, audited, () =>
    withFailureBudget(deps, { method: 'code', client }, judge),
  );
  if (!consumed) throw new DomainError('USER_BLOCKED');
  // The user was blocked or deleted while the statement ran.
  if (!session) throw new DomainError('CODE_EXPIRED');
  countVerified(deps, { phone, ip: client.ip });
  return session;
}

function attemptOf({ phone, code, challenge, client }: PhoneSignIn): CodeAttempt {
  return { phone, code, challenge, purposes: ['signIn'], ip: client.ip };
}

interface SignInResult extends CodeVerification {
  session: IssuedSession | undefined;
}

async function verifyAndSignIn(deps: Deps, input: PhoneSignIn): Promise<SignInResult | undefined> {
  const { inviteCode, client } = input;
  try {
    if (inviteCode === undefined) return await runStatement(deps, deps.database, input);
    return await deps.database.transaction(async (tx) => {
      const result = await runStatement(deps, tx, input);
      if (!result?.session?.isNewUser) return result;
      const { profile } = result.session;
      const activation = { userId: profile.id, inviteCode, client };
      const activated = await activate(deps, tx, activation);
      profile.referrerId = activated.referrerId;
      profile.activatedInviteCode = activated.inviteCode;
      return result;
    });
  } catch (error) {
    // Another request took the phone or the random invite code first. Nothing was written.
    if (isUniqueViolation(error)) return verifyAndSignIn(deps, input);
    throw error;
  }
}

/**
 * Invite codes generated for sign-ins that created no account. Generating one takes longer than
 * most of the work of a sign-in, so they are kept for the next ones.
 */
const unusedInviteCodes: string[] = [];

async function runStatement(
  deps: Deps,
  tx: Sql,
  input: PhoneSignIn,
): Promise<SignInResult | undefined> {
  const newInviteCode = unusedInviteCodes.pop() ?? randomInviteCode();
  const session = newSession(deps, input);
  const [row] = await tx.query<SignInRow>(
    signInStatement(deps, { attempt: attemptOf(input), newInviteCode, session }),
  );
  if (!row?.isNewUser) unusedInviteCodes.push(newInviteCode);
  if (!row) return undefined;
  const { consumed, attemptsLeft } = row;
  if (row.sessionId === null) return { consumed, attemptsLeft, session: undefined };
  const issued = issuedSession(deps, session, row);
  // A statement does not see the rows that it inserts itself.
  if (issued.isNewUser) issued.profile.inviteCode = newInviteCode;
  return { consumed, attemptsLeft, session: issued };
}
