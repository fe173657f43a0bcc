import sql from 'sql-template-tag';
import { DomainError } from '../../core/errors.ts';
import { DAY, SECOND } from '../../core/time.ts';
import type { Deps } from '../../deps.ts';
import { isKnownAddress } from '../../sessions/known-client.ts';
import { failureBudget, fewerThan, nextSendAt, secondsUntil } from './limits.ts';
import { type CodeAttempt, type CodeVerification, matches, slotOf } from './verify.ts';

type RefuseDeps = Pick<Deps, 'config' | 'clock' | 'database' | 'secrets'>;

/**
 * Returns the verification if the code was correct.
 * @throws DomainError CODE_WRONG, CODE_EXPIRED, CODE_ATTEMPTS_EXCEEDED
 */
export async function requireCorrectCode<Verification extends CodeVerification>(
  deps: RefuseDeps,
  attempt: CodeAttempt,
  verification: Verification | undefined,
): Promise<Verification> {
  if (!verification) throw await refuse(deps, attempt, new Date(deps.clock()));
  const { attemptsLeft } = verification;
  if (attemptsLeft !== null) throw new DomainError('CODE_WRONG', { attemptsLeft });
  return verification;
}

/**
 * Explains an attempt that `verifyCode` did not compare with a code. It compares with expired codes
 * only: a guess is never tried against more than one valid code.
 */
async function refuse(deps: RefuseDeps, attempt: CodeAttempt, now: Date): Promise<DomainError> {
  const { config, database } = deps;
  const [row] = await database.query<{
    failedAt: Date[];
    reservedFailedAt: Date[];
    sentAt: Date[];
    known: boolean;
    isLive: boolean;
    wasCorrect: boolean;
  }>(sql`
    select c.failed_at as "failedAt", c.reserved_failed_at as "reservedFailedAt",
      c.sent_at as "sentAt",
      ${isKnownAddress(attempt.phone, attempt.ip)} as known,
      coalesce(c.code_expires_at[slot] > ${now}, false) as "isLive",
      exists (
        select from unnest(c.challenge_ids, c.code_hashes, c.code_expires_at)
          stored (challenge_id, code_hash, expires_at)
        where stored.expires_at <= ${now} and ${matches(deps, attempt, sql`stored.code_hash`, sql`stored.challenge_id`)}
      ) as "wasCorrect"
    from phone_codes c, lateral (select ${slotOf(attempt, now)}) s (slot)
    where c.phone = ${attempt.phone}`);
  if (!row) return countWrongCode(deps, attempt, now);
  const budget = failureBudget(config);
  const openAgain = endOfDay(row.failedAt, budget.open, now);
  const reserveAgain = row.known ? endOfDay(row.reservedFailedAt, budget.reserved, now) : openAgain;
  if (openAgain && reserveAgain)
    return exceeded(secondsUntil(Math.min(openAgain, reserveAgain), now));
  if (row.isLive) return exceeded(secondsUntil(nextSendAt(config, row.sentAt), now));
  if (row.wasCorrect) return new DomainError('CODE_EXPIRED');
  return countWrongCode(deps, attempt, now);
}

/** The time at which a used-up budget of failures per day has room again, in ms since the epoch. */
function endOfDay(failures: Date[], count: number, now: Date): number | undefined {
  const ofDay = failures.filter((at) => +at > +now - DAY);
  return ofDay.length < count ? undefined : +(ofDay[ofDay.length - count] as Date) + DAY;
}

/**
 * Counts a wrong code for a phone that has no valid one, with the same outcome as if it had: the
 * response does not reveal whether a code is valid at the moment.
 */
async function countWrongCode(
  { config, database }: RefuseDeps,
  { phone }: CodeAttempt,
  now: Date,
): Promise<DomainError> {
  const budget = failureBudget(config);
  const dayAgo = new Date(+now - DAY);
  const codeAgo = new Date(+now - config.CODE_TTL * SECOND);
  const [counted] = await database.query<{ failedAt: Date[] }>(sql`
    insert into phone_codes as c (phone, expires_at, failed_at)
    values (${phone}, ${now}, array[${now}::timestamptz])
    on conflict (phone) do update set expires_at = greatest(c.expires_at, excluded.expires_at),
      failed_at = array(
        select f from unnest(c.failed_at || excluded.failed_at) f where f > ${dayAgo} order by f)
    where ${fewerThan(budget.open, sql`c.failed_at`, dayAgo)}
      and ${fewerThan(config.CODE_MAX_ATTEMPTS, sql`c.failed_at`, codeAgo)}
    returning failed_at as "failedAt"`);
  if (!counted) return exceeded(config.CODE_RESEND_AFTER);
  const recent = counted.failedAt.filter((at) => at > codeAgo).length;
  const attemptsLeft = Math.max(
    0,
    Math.min(config.CODE_MAX_ATTEMPTS - recent, budget.open - counted.failedAt.length),
  );
  return new DomainError('CODE_WRONG', { attemptsLeft });
}

function exceeded(retryAfter: number): DomainError {
  return new DomainError('CODE_ATTEMPTS_EXCEEDED', { retryAfter: Math.max(1, retryAfter) });
}
