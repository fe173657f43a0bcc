import { createHmac, randomInt, randomUUID } from 'node:crypto';
import sql, { join, type Sql as Statement } from 'sql-template-tag';
import type { Config } from '../config.ts';
import { DomainError } from '../errors.ts';
import type { Deps } from '../ports.ts';
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
  const challengeId = sql`${randomUUID()}::uuid`;
  const mac = authenticate(secrets.oneTimeCode[0] as Buffer, phone, code);
  const expiresAt = new Date(+now + config.CODE_TTL * 1000);
  const sent = testCode === undefined ? [now] : [];
  const departed = selectDeparted(deps, { phone, email: null }, now);
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

/** Whether fewer than `count` of `times`, oldest first, are later than `since`: the one that many back is not. */
function fewer(count: number, times: Statement, since: Date): Statement {
  return sql`coalesce(${times}[cardinality(${times}) - ${count - 1}::int] <= ${since}, true)`;
}

/** The newest `count` of `times`: of earlier ones no limit wants to know. */
function newest(count: number, times: Statement): Statement {
  return sql`${times}[greatest(cardinality(${times}) - ${count - 1}::int, 1):]`;
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

interface Attempt {
  /** E.164 */
  phone: string;
  code: string;
  /** A condition in SQL. Where it does not hold, a right code stays as it is: nothing is spent or counted. */
  earns: Statement;
}

/** What a guess came to; no row at all if the limits did not let it be looked at. */
export interface Guess {
  /** Right, and used up. */
  spent: boolean;
  /** Of a wrong one */
  attemptsLeft: number | null;
}

/**
 * Judges a guess, as the part `guess` of the statement of what it earns: it counts a wrong one, spends
 * a right one, and knows of all that others did to this phone's row, for it holds it. So no number of
 * parallel guesses gets past the limits (NIST SP 800-63B-4, 3.2.2: at most 100 failures; a day's
 * failures outlive a new code), and a code is spent with what it earns or not at all.
 */
export function guessCode(
  { config, clock, secrets }: Pick<Deps, 'config' | 'clock' | 'secrets'>,
  { phone, code, earns }: Attempt,
): Statement {
  const now = new Date(clock());
  const dayAgo = new Date(+now - DAY);
  const macs = secrets.oneTimeCode.map((key) => authenticate(key, phone, code));
  // Salted hashes of keyed MACs: the time of comparing two says nothing of a code to who has neither key nor salt.
  const right = join(
    macs.map((mac) => sql`code_hash = ${hashed(mac, sql`challenge_id`)}`),
    ' or ',
    '(',
    ')',
  );
  return sql`
    update phone_codes set
      code_hash = case when ${right} and ${earns} then null else code_hash end,
      tries = case when ${right} then tries else tries + 1 end,
      failed_at = case when ${right} then failed_at else
        array(select f from unnest(failed_at || ${now}::timestamptz) f where f > ${dayAgo} order by f) end
    where phone = ${phone} and code_hash is not null and expires_at > ${now}
      and tries < ${config.CODE_MAX_ATTEMPTS}
      and ${fewer(config.CODE_MAX_FAILURES_PER_DAY, sql`failed_at`, dayAgo)}
    returning phone, code_hash is null as spent, case when not ${right} then least(
      ${config.CODE_MAX_ATTEMPTS}::int - tries, ${config.CODE_MAX_FAILURES_PER_DAY}::int - cardinality(failed_at)
    ) end as "attemptsLeft"`;
}

/**
 * Lets right guesses pass.
 * @throws DomainError CODE_WRONG, CODE_EXPIRED, CODE_ATTEMPTS_EXCEEDED
 */
export async function refuseWrong<Judged extends Guess>(
  deps: Pick<Deps, 'config' | 'clock' | 'database'>,
  phone: string,
  guess: Judged | undefined,
): Promise<Judged> {
  if (!guess) throw await whyRefused(deps, phone, new Date(deps.clock()));
  const { attemptsLeft } = guess;
  if (attemptsLeft !== null) throw new DomainError('CODE_WRONG', { attemptsLeft });
  return guess;
}

async function whyRefused(
  { config, database }: Pick<Deps, 'config' | 'database'>,
  phone: string,
  now: Date,
) {
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

/** Bound to its phone and its purpose: nothing read in the database fits elsewhere. */
function authenticate(key: Buffer, phone: string, code: string): Buffer {
  const PURPOSE = 'verify-phone';
  return createHmac('sha256', key).update([PURPOSE, phone, code].join('\0')).digest();
}

/** What is kept of a code: salted, so that it looks different each time. */
function hashed(mac: Buffer, challengeId: Statement): Statement {
  return sql`sha256(uuid_send(${challengeId}) || ${mac}::bytea)`;
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
