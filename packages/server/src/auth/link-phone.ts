import sql, { type Sql as Statement } from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { auditFailedProof } from '../audit/failed-proof.ts';
import { DomainError } from '../core/errors.ts';
import type { Locale } from '../core/messages.ts';
import type { Deps } from '../deps.ts';
import { insertFormerIdentity } from '../identity/former-identities.ts';
import { notifyOwner } from '../identity/notify-owner.ts';
import { rethrowAsTaken } from '../identity/taken.ts';
import { freshProof, hasFreshProof } from '../sessions/fresh-proof.ts';
import { revokeOtherSessions } from '../sessions/own-sessions.ts';
import type { Caller, Client } from '../sessions/sessions.ts';
import { countVerified } from './codes/pumping.ts';
import { requireCorrectCode } from './codes/refuse.ts';
import { type CodeAttempt, type CodeVerification, verifyCode } from './codes/verify.ts';
import { withFailureBudget } from './failure-budget.ts';

interface PhoneLink {
  caller: Pick<Caller, 'userId' | 'sessionId'>;
  /** E.164 */
  phone: string;
  code: string;
  /** See `CodeAttempt`. */
  challenge?: string | undefined;
  client: Client;
  locale: Locale;
}

type Link = CodeVerification & { linked: boolean; previousPhone: string | null };

/**
 * Links a phone to the user, replacing any other, or renews the verification of the phone they
 * have. A new phone requires a fresh proof, ends the other sessions, and is announced to the old
 * one; for a renewal, the code is the proof. If the proof is missing or another account has the
 * phone, the code stays usable.
 * @throws DomainError REAUTHENTICATION_REQUIRED, PHONE_TAKEN, CODE_WRONG, CODE_EXPIRED,
 *   CODE_ATTEMPTS_EXCEEDED
 */
export async function linkPhone(deps: Deps, input: PhoneLink): Promise<void> {
  const { caller, phone, client, locale } = input;
  const { userId } = caller;
  const judge = async () => {
    const link = await deps.database
      .transaction(async (tx) => {
        const [link] = await tx.query<Link>(linkStatement(deps, input));
        if (link?.linked && link.previousPhone !== phone) {
          const former = { phone: link.previousPhone, email: null };
          await tx.query(insertFormerIdentity(deps, former, sql`select ${userId}::uuid`));
          await revokeOtherSessions(deps, tx, caller);
        }
        return link;
      })
      .catch(rethrowAsTaken);
    return requireCorrectCode(deps, attemptOf(input), link);
  };
  const who = sql`select ${userId}::uuid, ${userId}::uuid`;
  const { consumed, linked, previousPhone } = await auditFailedProof(
    deps,
    { action: 'auth.phone_link_failed', method: 'phone', client, who },
    () => withFailureBudget(deps, { method: 'code', client }, judge),
  );
  if (!consumed) throw new DomainError('REAUTHENTICATION_REQUIRED');
  // The session ended or the user was blocked while the statement ran.
  if (!linked) throw new DomainError('CODE_EXPIRED');
  countVerified(deps, { phone, ip: client.ip });
  if (previousPhone !== phone)
    await notifyOwner(deps, { userId, phone: previousPhone, change: 'phone', locale });
}

/** A client that names no purpose requests a sign-in code. */
function attemptOf({ phone, code, challenge, client }: PhoneLink): CodeAttempt {
  return { phone, code, challenge, purposes: ['link', 'signIn'], ip: client.ip };
}

/** Locks the code's row before the user's and the session's, like a sign-in. */
function linkStatement(deps: Deps, input: PhoneLink): Statement {
  const { caller, phone, client } = input;
  const now = new Date(deps.clock());
  const isActive = sql`id = ${caller.userId} and status = 'active'`;
  const onlyIf = sql`exists (
        select from users where ${isActive} and (phone = ${phone} or ${hasFreshProof(deps, caller)}))`;
  const event = { at: now, action: 'auth.phone_linked', ip: client.ip } as const;
  return sql`
    with attempt as (${verifyCode(deps, attemptOf(input), onlyIf)}
    ), account as (
      select id, phone from users where ${isActive} and exists (select from attempt where consumed)
      for no key update
    ), proof as (${freshProof(deps, caller)}
    ), linked as (
      update users u set phone = ${phone}, phone_verified_at = ${now}
      from account
      where u.id = account.id and (account.phone = ${phone} or exists (select from proof))
      returning u.id, account.phone as "previousPhone"
    ), audit as (${recordAudit(event, sql`select id, id from linked`)}
    )
    select consumed, "attemptsLeft", exists (select from linked) as linked,
      (select "previousPhone" from linked) as "previousPhone"
    from attempt`;
}
