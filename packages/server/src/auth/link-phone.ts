import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { throwTaken } from '../identity/taken.ts';
import type { Client } from '../sessions/sessions.ts';
import { countVerified } from './codes/pumping.ts';
import { type Guess, guessCode, refuseWrong } from './codes/verify.ts';

interface Link {
  userId: string;
  /** E.164 */
  phone: string;
  code: string;
  client: Client;
}

/**
 * Makes a phone that the user has just proven to hold theirs, in place of any other. For the phone
 * they have it renews the verification. A phone of another account stays there, by the constraint of the
 * table, and the code usable.
 * @throws DomainError PHONE_TAKEN, CODE_WRONG, CODE_EXPIRED, CODE_ATTEMPTS_EXCEEDED
 */
export async function linkPhone(deps: Deps, { userId, phone, code, client }: Link): Promise<void> {
  const now = new Date(deps.clock());
  const active = sql`id = ${userId} and status = 'active'`;
  const guess = guessCode(deps, {
    phone,
    code,
    onlyIf: sql`exists (select from users where ${active})`,
  });
  const audit = recordAudit(
    { at: now, action: 'auth.phone_linked', ip: client.ip },
    sql`select id, id from linked`,
  );
  // The code's row is locked before the user's, as at every sign-in.
  const [guessed] = await deps.database
    .query<Guess & { linked: boolean }>(sql`
    with guess as (${guess}), linked as (
      update users u set phone = guess.phone, phone_verified_at = ${now}
      from guess where spent and ${active}
      returning u.id
    ), audit as (${audit})
    select spent, "attemptsLeft", exists (select from linked) as linked from guess`)
    .catch(throwTaken);
  const { linked } = await refuseWrong(deps, phone, guessed);
  if (!linked) throw new DomainError('CODE_EXPIRED');
  countVerified(deps, { phone, ip: client.ip });
}
