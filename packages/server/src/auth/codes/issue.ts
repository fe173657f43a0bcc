import { randomInt, randomUUID } from 'node:crypto';
import sql, { type Sql as Statement } from 'sql-template-tag';
import type { CodePurpose } from '../../core/code-purposes.ts';
import { DomainError } from '../../core/errors.ts';
import { DAY, SECOND } from '../../core/time.ts';
import type { Deps } from '../../deps.ts';
import { selectDeletedIdentity } from '../../identity/deleted-identities.ts';
import { findTestCode } from '../../identity/test-phones.ts';
import { isKnownAddress } from '../../sessions/known-client.ts';
import { codeLength } from './admin-codes.ts';
import { codeHash, codeMac } from './hash.ts';
import { maySend, newest, nextSendAt, secondsUntil } from './limits.ts';

export interface OneTimeCode {
  /** Sent to the phone, and returned to the client in development only. */
  code: string;
  /** Names this code when it is entered, so that a code requested by somebody else does not matter. */
  challenge: string;
  expiresAt: Date;
  /** The earliest time at which another code may be requested. */
  resendAt: Date;
}

interface CodeRequest {
  /** E.164 */
  phone: string;
  purpose: CodePurpose;
  ip: string;
}

/** Valid codes stored per phone. The default limits allow no more within CODE_TTL. */
const STORED_CODES = 8;

/**
 * Issues a code for a phone, whether or not the phone has an account. Earlier codes stay valid for
 * who presents their challenge.
 *
 * The send limits are conditions of the write itself, so parallel requests cannot exceed them. Once
 * others have used them up, the phone's owner has the same limits again for requests from where
 * they signed in before.
 * @throws DomainError RATE_LIMITED
 */
export async function issueCode(
  deps: Deps,
  { phone, purpose, ip }: CodeRequest,
): Promise<OneTimeCode> {
  const { config, clock, database, secrets } = deps;
  const now = new Date(clock());
  const testCode = findTestCode(config, phone);
  const isTest = testCode !== undefined;
  const code = testCode ?? randomDigits(await codeLength(deps, phone));
  const challenge = randomUUID();
  const challengeId = sql`${challenge}::uuid`;
  const mac = codeMac(secrets.oneTimeCode[0] as Buffer, purpose, phone, code);
  const expiresAt = new Date(+now + config.CODE_TTL * SECOND);
  const known = isKnownAddress(phone, ip);
  const deletedIdentity = selectDeletedIdentity(deps, { phone, email: null }, now);
  const open = maySend(config, sql`c.sent_at`, now);
  const reserved = sql`(${known} and ${maySend(config, sendsToOwner(ip), now)})`;
  const stored = (column: Statement) =>
    sql`${column} = case when c.expires_at > ${now}
        then (excluded.${column} || c.${column})[1:${STORED_CODES}::int] else excluded.${column} end`;
  const addTo = (column: Statement) =>
    newest(config.CODE_SENDS_PER_DAY, sql`c.${column} || excluded.${column}`);
  const write = (condition: Statement) =>
    database.query(sql`
    insert into phone_codes as c (phone, challenge_ids, code_hashes, code_expires_at, code_attempts,
      code_addresses, expires_at, sent_at, sent_from)
    select ${phone}, array[${challengeId}], array[${codeHash(mac, challengeId)}],
      array[${expiresAt}::timestamptz], array[0], array[${ip}],
      ${expiresAt}::timestamptz, ${isTest ? [] : [now]}::timestamptz[], ${isTest ? [] : [ip]}::text[]
    where ${condition}
    on conflict (phone) do update set
      ${stored(sql`challenge_ids`)}, ${stored(sql`code_hashes`)},
      ${stored(sql`code_expires_at`)}, ${stored(sql`code_attempts`)},
      ${stored(sql`code_addresses`)},
      expires_at = excluded.expires_at,
      sent_at = case when ${open} then ${addTo(sql`sent_at`)} else c.sent_at end,
      sent_from = case when ${open} then ${addTo(sql`sent_from`)} else c.sent_from end,
      reserved_sent_at = case when ${open} then c.reserved_sent_at
        else ${newest(config.CODE_SENDS_PER_DAY, sql`c.reserved_sent_at || excluded.sent_at`)} end
    where ${isTest} or ${open} or ${reserved}
    returning phone`);
  let issued = await write(isTest ? sql`true` : sql`not exists (${deletedIdentity})`);
  if (issued.length === 0) {
    const [refused] = await database.query<{
      sentAt: Date[] | null;
      deletedIdentity: Buffer | null;
    }>(sql`
      select (
          select case when ${known} then ${sendsToOwner(ip)} else c.sent_at end
          from phone_codes c where phone = ${phone}
        ) as "sentAt", (${deletedIdentity}) as "deletedIdentity"`);
    if (refused?.deletedIdentity) {
      await limitDeletedIdentity(deps, refused.deletedIdentity);
      issued = await write(sql`true`);
    }
    if (issued.length === 0)
      throw new DomainError('RATE_LIMITED', {
        retryAfter: secondsUntil(nextSendAt(config, refused?.sentAt ?? []), now),
      });
  }
  const resendAt = new Date(+now + (isTest ? 0 : config.CODE_RESEND_AFTER * SECOND));
  return { code, challenge, expiresAt, resendAt };
}

/** SQL for when codes were sent at the request of an address, or to the owner from the reserve. */
function sendsToOwner(ip: string): Statement {
  return sql`array(
    select at from unnest(c.sent_at, c.sent_from) sent (at, address) where address = ${ip}
    union all select unnest(c.reserved_sent_at) order by 1)`;
}

/**
 * Deleting an account also deletes the record of codes sent to its phone. This limit keeps a person
 * from getting unlimited codes by deleting the account repeatedly: a recently deleted phone gets no
 * more than one day's codes.
 */
async function limitDeletedIdentity({ config, limiter }: Deps, hash: Buffer): Promise<void> {
  const limit = { points: config.CODE_SENDS_PER_DAY, seconds: DAY / SECOND };
  const { wait } = await limiter.consume('deletedIdentity.code', hash.toString('base64url'), limit);
  if (wait > 0) throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(wait / SECOND) });
}

function randomDigits(length: number): string {
  return String(randomInt(10 ** length)).padStart(length, '0');
}
