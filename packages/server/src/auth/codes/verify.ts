import sql, { join, type Sql as Statement } from 'sql-template-tag';
import { DomainError } from '../../core/errors.ts';
import { DAY } from '../../core/time.ts';
import type { Deps } from '../../deps.ts';
import { codeHash, codeMac } from './hash.ts';
import { fewerThan, nextSendAt, secondsUntil } from './limits.ts';

interface CodeAttempt {
  /** E.164 */
  phone: string;
  code: string;
  /** SQL condition. If it is false, a correct code is neither consumed nor counted. */
  onlyIf: Statement;
}

/** The result of an attempt. There is no row if the limits refused it before any comparison. */
export interface CodeVerification {
  /** True if the code was correct and has been used up. */
  consumed: boolean;
  /** null if the code was correct. */
  attemptsLeft: number | null;
}

/**
 * SQL that checks an attempt: it counts a wrong code and consumes a correct one. Returns `phone`
 * and the columns of `CodeVerification`.
 *
 * Run it as a CTE of the statement for which the code is entered, so that the code is consumed
 * together with that work or not at all. The update locks the phone's row and therefore sees every
 * earlier attempt, so parallel attempts cannot exceed the limits (NIST SP 800-63B-4, 3.2.2: at most
 * 100 failures; the day's failures outlive a new code).
 */
export function verifyCode(
  { config, clock, secrets }: Pick<Deps, 'config' | 'clock' | 'secrets'>,
  { phone, code, onlyIf }: CodeAttempt,
): Statement {
  const now = new Date(clock());
  const dayAgo = new Date(+now - DAY);
  const macs = secrets.oneTimeCode.map((key) => codeMac(key, phone, code));
  // These are salted hashes of keyed MACs: without the key and the salt, the time that comparing
  // two of them takes reveals nothing about the code.
  const isCorrect = join(
    macs.map((mac) => sql`code_hash = ${codeHash(mac, sql`challenge_id`)}`),
    ' or ',
    '(',
    ')',
  );
  return sql`
      update phone_codes set
        code_hash = case when ${isCorrect} and ${onlyIf}
          then null else code_hash end,
        tries = case when ${isCorrect} then tries else tries + 1 end,
        failed_at = case when ${isCorrect} then failed_at else array(
          select f from unnest(failed_at || ${now}::timestamptz) f where f > ${dayAgo} order by f
        ) end
      where phone = ${phone} and code_hash is not null and expires_at > ${now}
        and tries < ${config.CODE_MAX_ATTEMPTS}
        and ${fewerThan(config.CODE_MAX_FAILURES_PER_DAY, sql`failed_at`, dayAgo)}
      returning phone, code_hash is null as consumed, case when not ${isCorrect} then least(
        ${config.CODE_MAX_ATTEMPTS}::int - tries,
        ${config.CODE_MAX_FAILURES_PER_DAY}::int - cardinality(failed_at)
      ) end as "attemptsLeft"`;
}

/**
 * Returns the verification if the code was correct.
 * @throws DomainError CODE_WRONG, CODE_EXPIRED, CODE_ATTEMPTS_EXCEEDED
 */
export async function requireCorrectCode<Verification extends CodeVerification>(
  deps: Pick<Deps, 'config' | 'clock' | 'database'>,
  phone: string,
  verification: Verification | undefined,
): Promise<Verification> {
  if (!verification) throw await refusalReason(deps, phone, new Date(deps.clock()));
  const { attemptsLeft } = verification;
  if (attemptsLeft !== null) throw new DomainError('CODE_WRONG', { attemptsLeft });
  return verification;
}

async function refusalReason(
  { config, database }: Pick<Deps, 'config' | 'database'>,
  phone: string,
  now: Date,
): Promise<DomainError> {
  const [row] = await database.query<{ usable: boolean; sentAt: Date[]; failedAt: Date[] }>(sql`
    select code_hash is not null and expires_at > ${now} as usable,
      sent_at as "sentAt", failed_at as "failedAt"
    from phone_codes where phone = ${phone}`);
  const failures = (row?.failedAt ?? []).filter((at) => +at > +now - DAY);
  if (failures.length >= config.CODE_MAX_FAILURES_PER_DAY) {
    const oldest = failures[failures.length - config.CODE_MAX_FAILURES_PER_DAY] as Date;
    const retryAfter = secondsUntil(+oldest + DAY, now);
    return new DomainError('CODE_ATTEMPTS_EXCEEDED', { retryAfter });
  }
  if (!row?.usable) return new DomainError('CODE_EXPIRED');
  const retryAfter = secondsUntil(nextSendAt(config, row.sentAt), now);
  return new DomainError('CODE_ATTEMPTS_EXCEEDED', { retryAfter });
}
