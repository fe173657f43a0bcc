import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { rethrowAsTaken } from '../identity/taken.ts';
import type { Client } from '../sessions/sessions.ts';
import { countVerified } from './codes/pumping.ts';
import { type CodeVerification, requireCorrectCode, verifyCode } from './codes/verify.ts';

interface PhoneLink {
  userId: string;
  /** E.164 */
  phone: string;
  code: string;
  client: Client;
}

/**
 * Links a phone to the user, replacing any other, or renews the verification of the phone they
 * have. If another account has the phone, the table's constraint rejects the update and the code
 * stays usable.
 * @throws DomainError PHONE_TAKEN, CODE_WRONG, CODE_EXPIRED, CODE_ATTEMPTS_EXCEEDED
 */
export async function linkPhone(
  deps: Deps,
  { userId, phone, code, client }: PhoneLink,
): Promise<void> {
  const now = new Date(deps.clock());
  const isActive = sql`id = ${userId} and status = 'active'`;
  const onlyIf = sql`exists (select from users where ${isActive})`;
  const event = { at: now, action: 'auth.phone_linked', ip: client.ip } as const;
  // Like a sign-in, this locks the code's row before the user's.
  const [verification] = await deps.database
    .query<CodeVerification & { linked: boolean }>(sql`
    with attempt as (${verifyCode(deps, { phone, code, onlyIf })}
    ), linked as (
      update users u set phone = attempt.phone, phone_verified_at = ${now}
      from attempt where consumed and ${isActive}
      returning u.id
    ), audit as (${recordAudit(event, sql`select id, id from linked`)}
    )
    select consumed, "attemptsLeft", exists (select from linked) as linked from attempt`)
    .catch(rethrowAsTaken);
  const { linked } = await requireCorrectCode(deps, phone, verification);
  if (!linked) throw new DomainError('CODE_EXPIRED');
  countVerified(deps, { phone, ip: client.ip });
}
