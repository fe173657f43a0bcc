import { randomInt, randomUUID } from 'node:crypto';
import sql, { type Sql as Statement } from 'sql-template-tag';
import { DomainError } from '../../core/errors.ts';
import { DAY, HOUR, SECOND } from '../../core/time.ts';
import type { Deps } from '../../deps.ts';
import { selectDeletedIdentity } from '../../identity/deleted-identities.ts';
import { codeHash, codeMac } from './hash.ts';
import { fewerThan, newest, nextSendAt, secondsUntil } from './limits.ts';
import { findTestCode } from './test-phones.ts';

export interface OneTimeCode {
  /** Sent to the phone, and returned to the client in development only. */
  code: string;
  expiresAt: Date;
  /** The earliest time at which another code may be requested. */
  resendAt: Date;
}

/**
 * Issues a code for a phone, replacing the previous one, whether or not the phone has an account.
 * The send limits are conditions of the write itself, so parallel requests cannot exceed them.
 * @throws DomainError RATE_LIMITED
 */
export async function issueCode(deps: Deps, phone: string): Promise<OneTimeCode> {
  const { config, clock, database, secrets } = deps;
  const now = new Date(clock());
  const testCode = findTestCode(config, phone);
  const isTest = testCode !== undefined;
  const code = testCode ?? randomDigits(config.CODE_LENGTH);
  const challengeId = sql`${randomUUID()}::uuid`;
  const mac = codeMac(secrets.oneTimeCode[0] as Buffer, phone, code);
  const expiresAt = new Date(+now + config.CODE_TTL * SECOND);
  const sent = isTest ? [] : [now];
  const deletedIdentity = selectDeletedIdentity(deps, { phone, email: null }, now);
  const write = (condition: Statement) =>
    database.query(sql`
    insert into phone_codes as c (phone, challenge_id, code_hash, expires_at, tries, sent_at)
    select ${phone}, ${challengeId}, ${codeHash(mac, challengeId)}, ${expiresAt}::timestamptz, 0,
      ${sent}::timestamptz[]
    where ${condition}
    on conflict (phone) do update set
      challenge_id = excluded.challenge_id, code_hash = excluded.code_hash,
      expires_at = excluded.expires_at, tries = 0,
      sent_at = ${newest(config.CODE_SENDS_PER_DAY, sql`(c.sent_at || excluded.sent_at)`)}
    where ${isTest} or (
      ${fewerThan(1, sql`c.sent_at`, ago(config.CODE_RESEND_AFTER * SECOND))}
      and ${fewerThan(config.CODE_SENDS_PER_HOUR, sql`c.sent_at`, ago(HOUR))}
      and ${fewerThan(config.CODE_SENDS_PER_DAY, sql`c.sent_at`, ago(DAY))})
    returning phone`);
  let issued = await write(isTest ? sql`true` : sql`not exists (${deletedIdentity})`);
  if (issued.length === 0) {
    const [refused] = await database.query<{
      sentAt: Date[] | null;
      deletedIdentity: Buffer | null;
    }>(sql`
      select (select sent_at from phone_codes where phone = ${phone}) as "sentAt",
        (${deletedIdentity}) as "deletedIdentity"`);
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
  return { code, expiresAt, resendAt };

  function ago(milliseconds: number): Date {
    return new Date(+now - milliseconds);
  }
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
