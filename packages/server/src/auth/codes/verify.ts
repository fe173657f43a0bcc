import sql, { join, type Sql as Statement } from 'sql-template-tag';
import { DomainError } from '../../core/errors.ts';
import type { Deps } from '../../deps.ts';
import { codeMac, hashed } from './hash.ts';
import { DAY, fewer, nextSend, secondsUntil } from './limits.ts';

interface Attempt {
  /** E.164 */
  phone: string;
  code: string;
  /** A condition in SQL. Where it does not hold, a right code stays as it is: nothing is spent or counted. */
  onlyIf: Statement;
}

/** What a guess came to; no row at all if the limits did not let it be looked at. */
export interface Guess {
  /** Right, and used up. */
  spent: boolean;
  /** Of a wrong one */
  attemptsLeft: number | null;
}

/**
 * Judges a guess, as the part `guess` of the statement of what it onlyIf: it counts a wrong one, spends
 * a right one, and knows of all that others did to this phone's row, for it holds it. So no number of
 * parallel guesses gets past the limits (NIST SP 800-63B-4, 3.2.2: at most 100 failures; a day's
 * failures outlive a new code), and a code is spent with what it onlyIf or not at all.
 */
export function guessCode(
  { config, clock, secrets }: Pick<Deps, 'config' | 'clock' | 'secrets'>,
  { phone, code, onlyIf }: Attempt,
): Statement {
  const now = new Date(clock());
  const dayAgo = new Date(+now - DAY);
  const macs = secrets.oneTimeCode.map((key) => codeMac(key, phone, code));
  // Salted hashes of keyed MACs: the time of comparing two says nothing of a code to who has neither key nor salt.
  const right = join(
    macs.map((mac) => sql`code_hash = ${hashed(mac, sql`challenge_id`)}`),
    ' or ',
    '(',
    ')',
  );
  return sql`
    update phone_codes set
      code_hash = case when ${right} and ${onlyIf} then null else code_hash end,
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
