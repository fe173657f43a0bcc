import sql from 'sql-template-tag';
import { recordAudit } from '../admin/audit.ts';
import { DomainError } from '../errors.ts';
import type { Deps } from '../ports.ts';
import { countVerified } from '../sms/pumping.ts';
import { forgiveTry, spendCode, tryCode } from './one-time-codes.ts';
import type { Client } from './sessions.ts';
import { throwTaken } from './taken.ts';

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
  const tried = await tryCode(deps, phone, code);
  const now = new Date(deps.clock());
  const audit = recordAudit(
    { at: now, action: 'auth.phone_linked', ip: client.ip },
    sql`select id, id from linked`,
  );
  try {
    // The code's row is locked before the user's, as at every sign-in.
    const linked = await deps.database
      .query(sql`
      with code as (
        ${spendCode(tried)}
          and exists (select from users where id = ${userId} and status = 'active')
        returning phone
      ), linked as (
        update users u set phone = code.phone, phone_verified_at = ${now}
        from code where u.id = ${userId} and u.status = 'active'
        returning u.id
      ), audit as (${audit})
      select id from linked`)
      .catch(throwTaken);
    if (linked.length === 0) throw new DomainError('CODE_EXPIRED');
  } catch (error) {
    await forgiveTry(deps.database, tried).catch(() => undefined);
    throw error;
  }
  await countVerified(deps, { phone, ip: client.ip });
}
