import sql, { join, type Sql as Statement } from 'sql-template-tag';
import type { CodePurpose } from '../../core/code-purposes.ts';
import { DAY } from '../../core/time.ts';
import type { Deps } from '../../deps.ts';
import { isKnownAddress } from '../../sessions/known-client.ts';
import { unlessTestCodeOfAdmin } from './admin-codes.ts';
import { codeHash, codeMac } from './hash.ts';
import { failureBudget, fewerThan } from './limits.ts';

export interface CodeAttempt {
  /** E.164 */
  phone: string;
  code: string;
  /** Names the code. Without it, the newest code that `ip` requested counts, or the newest of all. */
  challenge?: string | undefined;
  /** The purposes that the code may have been requested for. */
  purposes: readonly CodePurpose[];
  ip: string;
}

/** The result of an attempt. There is no row if the limits refused it before any comparison. */
export interface CodeVerification {
  /** True if the code was correct and has been used up. */
  consumed: boolean;
  /** null if the code was correct. */
  attemptsLeft: number | null;
}

type VerifyDeps = Pick<Deps, 'config' | 'clock' | 'secrets'>;

/**
 * SQL that checks an attempt: it counts a wrong code and consumes a correct one. Returns `phone`
 * and the columns of `CodeVerification`.
 *
 * Run it as a CTE of the statement for which the code is entered, so that the code is consumed
 * together with that work or not at all. It locks the phone's row first and therefore sees every
 * earlier attempt, so parallel attempts cannot exceed the limits (NIST SP 800-63B-4, 3.2.2: at most
 * 100 failures; the day's failures outlive a new code).
 * @param onlyIf SQL condition. If it is false, a correct code is neither consumed nor counted.
 */
export function verifyCode(deps: VerifyDeps, attempt: CodeAttempt, onlyIf: Statement): Statement {
  const { CODE_MAX_ATTEMPTS } = deps.config;
  const now = new Date(deps.clock());
  const dayAgo = new Date(+now - DAY);
  const budget = failureBudget(deps.config);
  const isCorrect = matches(deps, attempt, sql`code_hashes[slot]`, sql`challenge_ids[slot]`);
  const isKnown = isKnownAddress(attempt.phone, attempt.ip);
  const withFailure = (column: Statement) => sql`array(
          select f from unnest(${column} || ${now}::timestamptz) f where f > ${dayAgo} order by f)`;
  const left = (count: number, failures: Statement) => sql`greatest(0, ${count}::int - (
            select count(*)::int from unnest(${failures}) f where f > ${dayAgo}))`;
  return sql`
      update phone_codes c set
        code_expires_at[slot] = case when is_correct and ${onlyIf}
          then ${now} else c.code_expires_at[slot] end,
        code_attempts[slot] = c.code_attempts[slot] + case when is_correct then 0 else 1 end,
        failed_at = case when is_correct or not is_open then c.failed_at
          else ${withFailure(sql`c.failed_at`)} end,
        reserved_failed_at = case when is_correct or is_open then c.reserved_failed_at
          else ${withFailure(sql`c.reserved_failed_at`)} end
      from (
        select phone as recipient, slot, ${isCorrect} as is_correct,
          code_expires_at[slot] > ${now} and code_attempts[slot] < ${CODE_MAX_ATTEMPTS} as is_usable,
          ${fewerThan(budget.open, sql`failed_at`, dayAgo)} as is_open,
          ${fewerThan(budget.reserved, sql`reserved_failed_at`, dayAgo)} as has_reserve
        from (
          select *, ${slotOf(attempt, now)} as slot from phone_codes c
          where phone = ${attempt.phone} for no key update
        ) locked
      ) stored
      where c.phone = recipient and is_usable and (is_open or (has_reserve and ${isKnown}))
      returning c.phone, is_correct and c.code_expires_at[slot] <= ${now} as consumed,
        case when not is_correct then least(
          ${CODE_MAX_ATTEMPTS}::int - c.code_attempts[slot],
          ${left(budget.open, sql`c.failed_at`)} + case when ${isKnown}
            then ${left(budget.reserved, sql`c.reserved_failed_at`)} else 0 end
        ) end as "attemptsLeft"`;
}

/** SQL for the position of the attempted code in the arrays of `c`. null if there is none. */
export function slotOf({ challenge, ip }: CodeAttempt, now: Date): Statement {
  if (challenge !== undefined) return sql`array_position(c.challenge_ids, ${challenge}::uuid)`;
  const newestFromHere = sql`array_position(c.code_addresses, ${ip})`;
  return sql`(case when c.code_expires_at[${newestFromHere}] > ${now} then ${newestFromHere}
        else 1 end)`;
}

/**
 * SQL condition: the stored hash is that of the attempted code. Both are salted hashes of keyed
 * MACs: without the key and the salt, the time of the comparison reveals nothing about the code.
 */
export function matches(
  deps: Pick<Deps, 'config' | 'secrets'>,
  attempt: CodeAttempt,
  storedHash: Statement,
  challengeId: Statement,
): Statement {
  const { phone, code, purposes } = attempt;
  const macs = deps.secrets.oneTimeCode.flatMap((key) =>
    purposes.map((purpose) => codeMac(key, purpose, phone, code)),
  );
  const comparisons = macs.map((mac) => sql`${storedHash} = ${codeHash(mac, challengeId)}`);
  const isEqual = join(comparisons, ' or ', '(', ')');
  const isAllowed = unlessTestCodeOfAdmin(deps, attempt);
  return isAllowed ? sql`(${isEqual} and ${isAllowed})` : isEqual;
}
