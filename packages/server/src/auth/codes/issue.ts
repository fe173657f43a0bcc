import { randomInt, randomUUID } from 'node:crypto';
import sql, { type Sql as Statement } from 'sql-template-tag';
import { DomainError } from '../../core/errors.ts';
import type { Deps } from '../../deps.ts';
import { selectDeletedIdentity } from '../../identity/deleted-identities.ts';
import { codeMac, hashed } from './hash.ts';
import { DAY, fewer, HOUR, newest, nextSend, secondsUntil } from './limits.ts';
import { findTestCode } from './test-phones.ts';

export interface IssuedCode {
  /** Goes to the phone, and nowhere else. */
  code: string;
  expiresAt: Date;
  /** When a next one may be asked for. */
  resendAt: Date;
}

/**
 * Makes a phone's newest code, which replaces the older one. Whether the phone has an account plays
 * no part in it. The limits on sends are the condition of the write, so they hold in any race.
 * @throws DomainError RATE_LIMITED
 */
export async function issueCode(deps: Deps, phone: string): Promise<IssuedCode> {
  const { config, clock, database, secrets } = deps;
  const now = new Date(clock());
  const testCode = findTestCode(config, phone);
  const code = testCode ?? randomDigits(config.CODE_LENGTH);
  const challengeId = sql`${randomUUID()}::uuid`;
  const mac = codeMac(secrets.oneTimeCode[0] as Buffer, phone, code);
  const expiresAt = new Date(+now + config.CODE_TTL * 1000);
  const sent = testCode === undefined ? [now] : [];
  const deletedIdentity = selectDeletedIdentity(deps, { phone, email: null }, now);
  const write = (condition: Statement) =>
    database.query(sql`
    insert into phone_codes as c (phone, challenge_id, code_hash, expires_at, tries, sent_at)
    select ${phone}, ${challengeId}, ${hashed(mac, challengeId)}, ${expiresAt}::timestamptz, 0, ${sent}::timestamptz[]
    where ${condition}
    on conflict (phone) do update set
      challenge_id = excluded.challenge_id, code_hash = excluded.code_hash,
      expires_at = excluded.expires_at, tries = 0,
      sent_at = ${newest(config.CODE_SENDS_PER_DAY, sql`(c.sent_at || excluded.sent_at)`)}
    where ${testCode !== undefined} or (
      ${fewer(1, sql`c.sent_at`, ago(config.CODE_RESEND_AFTER * 1000))}
      and ${fewer(config.CODE_SENDS_PER_HOUR, sql`c.sent_at`, ago(HOUR))}
      and ${fewer(config.CODE_SENDS_PER_DAY, sql`c.sent_at`, ago(DAY))})
    returning phone`);
  let issued = await write(
    testCode === undefined ? sql`not exists (${deletedIdentity})` : sql`true`,
  );
  if (issued.length === 0) {
    const [why] = await database.query<{
      sentAt: Date[] | null;
      deletedIdentity: Buffer | null;
    }>(sql`
      select (select sent_at from phone_codes where phone = ${phone}) as "sentAt", (${deletedIdentity}) as "deletedIdentity"`);
    if (why?.deletedIdentity) {
      await limitDeletedIdentity(deps, why.deletedIdentity);
      issued = await write(sql`true`);
    }
    if (issued.length === 0)
      throw new DomainError('RATE_LIMITED', {
        retryAfter: secondsUntil(nextSend(config, why?.sentAt ?? []), now),
      });
  }
  const resendAt = new Date(+now + (testCode ? 0 : config.CODE_RESEND_AFTER * 1000));
  return { code, expiresAt, resendAt };

  function ago(milliseconds: number): Date {
    return new Date(+now - milliseconds);
  }
}

/**
 * Deleting an account deletes what is known of its phone, the sends too. So that nobody gets codes
 * without end by deleting again and again, a phone that was deleted not long ago has a day's codes.
 */
async function limitDeletedIdentity({ config, limiter }: Deps, hash: Buffer): Promise<void> {
  const limit = { points: config.CODE_SENDS_PER_DAY, seconds: DAY / 1000 };
  const { wait } = await limiter.consume('deletedIdentity.code', hash.toString('base64url'), limit);
  if (wait > 0) throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(wait / 1000) });
}

function randomDigits(length: number): string {
  return String(randomInt(10 ** length)).padStart(length, '0');
}
