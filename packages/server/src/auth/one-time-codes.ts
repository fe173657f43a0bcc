import { createHmac, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import sql, { type Sql as Statement } from 'sql-template-tag';
import type { Config } from '../config.ts';
import { DomainError } from '../errors.ts';
import type { Deps, Sql } from '../ports.ts';
import { selectDeparted } from '../referral/departed.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

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
  const challengeId = randomUUID();
  const hash = hashCode(secrets.oneTimeCode[0] as Buffer, { phone, challengeId, code });
  const expiresAt = new Date(+now + config.CODE_TTL * 1000);
  const sent = testCode === undefined ? [now] : [];
  const departed = selectDeparted(deps, { phone, email: null }, now);
  const write = (condition: Statement) =>
    database.query(sql`
    insert into phone_codes as c (phone, challenge_id, code_hash, expires_at, tries, sent_at)
    select ${phone}, ${challengeId}::uuid, ${hash}::bytea, ${expiresAt}::timestamptz, 0, ${sent}::timestamptz[]
    where ${condition}
    on conflict (phone) do update set
      challenge_id = excluded.challenge_id, code_hash = excluded.code_hash,
      expires_at = excluded.expires_at, tries = 0,
      sent_at = array(select s from unnest(c.sent_at || excluded.sent_at) s where s > ${ago(DAY)} order by s)
    where ${testCode !== undefined} or (
      not exists (select from unnest(c.sent_at) s where s > ${ago(config.CODE_RESEND_AFTER * 1000)})
      and (select count(*) from unnest(c.sent_at) s where s > ${ago(HOUR)}) < ${config.CODE_SENDS_PER_HOUR}
      and (select count(*) from unnest(c.sent_at) s where s > ${ago(DAY)}) < ${config.CODE_SENDS_PER_DAY})
    returning phone`);
  let issued = await write(testCode === undefined ? sql`not exists (${departed})` : sql`true`);
  if (issued.length === 0) {
    const [why] = await database.query<{ sentAt: Date[] | null; departed: Buffer | null }>(sql`
      select (select sent_at from phone_codes where phone = ${phone}) as "sentAt", (${departed}) as departed`);
    if (why?.departed) {
      await limitDeparted(deps, why.departed);
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
async function limitDeparted({ config, limiter }: Deps, hash: Buffer): Promise<void> {
  const limit = { points: config.CODE_SENDS_PER_DAY, seconds: DAY / 1000 };
  const { wait } = await limiter.take('departed.code', hash.toString('base64url'), limit);
  if (wait > 0) throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(wait / 1000) });
}

/** A right guess, not yet spent: `spendCode` spends it, `forgiveTry` takes it back. */
export interface RightTry {
  phone: string;
  challengeId: string;
  /** How the day's list of tries names this one. */
  triedAt: Date;
  /** Whether there was an account with this phone. */
  known: boolean;
}

/**
 * Counts a try and only then looks whether it is right, so that no number of parallel guesses gets
 * past the limits (NIST SP 800-63B-4, 3.2.2: at most 100 failures; a day's failures outlive a new code).
 * @throws DomainError CODE_WRONG, CODE_EXPIRED, CODE_ATTEMPTS_EXCEEDED
 */
export async function tryCode(deps: Deps, phone: string, code: string): Promise<RightTry> {
  const { config, clock, database, secrets } = deps;
  const triedAt = new Date(clock());
  const dayAgo = new Date(+triedAt - DAY);
  const [tried] = await database.query<{
    challengeId: string;
    codeHash: Buffer;
    tries: number;
    failures: number;
    known: boolean;
  }>(sql`
    update phone_codes set
      tries = tries + 1,
      failed_at = array(select f from unnest(failed_at || ${triedAt}::timestamptz) f where f > ${dayAgo} order by f)
    where phone = ${phone} and code_hash is not null and expires_at > ${triedAt}
      and tries < ${config.CODE_MAX_ATTEMPTS}
      and (select count(*) from unnest(failed_at) f where f > ${dayAgo}) < ${config.CODE_MAX_FAILURES_PER_DAY}
    returning challenge_id as "challengeId", code_hash as "codeHash", tries,
      cardinality(failed_at) as failures, exists (select from users where phone = ${phone}) as known`);
  if (!tried) throw await whyRefused(deps, phone, triedAt);
  const { challengeId, codeHash, tries, failures, known } = tried;
  const right = secrets.oneTimeCode.some((key) =>
    timingSafeEqual(hashCode(key, { phone, challengeId, code }), codeHash),
  );
  if (!right)
    throw new DomainError('CODE_WRONG', {
      attemptsLeft: Math.min(
        config.CODE_MAX_ATTEMPTS - tries,
        config.CODE_MAX_FAILURES_PER_DAY - failures,
      ),
    });
  return { phone, challengeId, triedAt, known };
}

/**
 * The update that spends a code, for the statement of what it earns: it finds its row once, and nothing
 * after. More conditions may follow. The try that spent it was no failure.
 */
export function spendCode({ phone, challengeId, triedAt }: RightTry) {
  return sql`
    update phone_codes set code_hash = null, failed_at = ${withoutOne(triedAt)}
    where phone = ${phone} and challenge_id = ${challengeId} and code_hash is not null`;
}

/** Takes back a right try that came to nothing for another reason, so that the code stays usable. */
export async function forgiveTry(tx: Sql, { phone, challengeId, triedAt }: RightTry) {
  await tx.query(sql`
    update phone_codes set
      tries = case when challenge_id = ${challengeId} then greatest(tries - 1, 0) else tries end,
      failed_at = ${withoutOne(triedAt)}
    where phone = ${phone}`);
}

/** `failed_at` less one entry at `at`, where others of the same millisecond stay. */
function withoutOne(at: Date) {
  return sql`(select coalesce(array_agg(f order by n), '{}') from unnest(failed_at) with ordinality t (f, n)
    where n is distinct from array_position(failed_at, ${at}::timestamptz))`;
}

async function whyRefused({ config, database }: Deps, phone: string, now: Date) {
  const [row] = await database.query<{
    usable: boolean;
    tries: number;
    sentAt: Date[];
    failedAt: Date[];
  }>(sql`
    select code_hash is not null and expires_at > ${now} as usable, tries,
      sent_at as "sentAt", failed_at as "failedAt"
    from phone_codes where phone = ${phone}`);
  const failures = (row?.failedAt ?? []).filter((at) => +at > +now - DAY);
  if (failures.length >= config.CODE_MAX_FAILURES_PER_DAY) {
    const freed = +(failures[failures.length - config.CODE_MAX_FAILURES_PER_DAY] as Date) + DAY;
    return new DomainError('CODE_ATTEMPTS_EXCEEDED', { retryAfter: secondsUntil(freed, now) });
  }
  if (!row?.usable) return new DomainError('CODE_EXPIRED');
  return new DomainError('CODE_ATTEMPTS_EXCEEDED', {
    retryAfter: secondsUntil(nextSend(config, row.sentAt), now),
  });
}

type SendLimits = Pick<Config, 'CODE_RESEND_AFTER' | 'CODE_SENDS_PER_HOUR' | 'CODE_SENDS_PER_DAY'>;

/** When the limits allow a next send, in milliseconds since 1970; `sentAt` is oldest first. */
function nextSend(limits: SendLimits, sentAt: Date[]): number {
  const freed = (count: number, window: number) => {
    const oldest = sentAt.at(-count);
    return oldest ? +oldest + window : 0;
  };
  return Math.max(
    freed(1, limits.CODE_RESEND_AFTER * 1000),
    freed(limits.CODE_SENDS_PER_HOUR, HOUR),
    freed(limits.CODE_SENDS_PER_DAY, DAY),
  );
}

function secondsUntil(time: number, now: Date): number {
  return Math.max(1, Math.ceil((time - +now) / 1000));
}

/** Bound to its phone, its purpose and its challenge: nothing read in the database fits elsewhere. */
function hashCode(key: Buffer, { phone, challengeId, code }: Record<string, string>): Buffer {
  const PURPOSE = 'verify-phone';
  return createHmac('sha256', key).update([PURPOSE, phone, challengeId, code].join('\0')).digest();
}

function randomDigits(length: number): string {
  return String(randomInt(10 ** length)).padStart(length, '0');
}

/** One of TEST_PHONES: its code is fixed, and nothing is sent. */
export function isTestPhone({ config }: Pick<Deps, 'config'>, phone: string): boolean {
  return findTestCode(config, phone) !== undefined;
}

/** A phone named in full goes before a range of them. */
function findTestCode({ TEST_PHONES }: Config, phone: string): string | undefined {
  const named = TEST_PHONES.find((test) => test.phone === phone);
  const range = TEST_PHONES.find(
    (test) => test.phone.endsWith('*') && phone.startsWith(test.phone.slice(0, -1)),
  );
  return (named ?? range)?.code;
}
