import sql, { type Sql as Statement } from 'sql-template-tag';
import type { Config } from '../../config.ts';
import { DAY, HOUR, SECOND } from '../../core/time.ts';

/**
 * SQL condition: fewer than `count` of `times` (ascending) are later than `since`. That holds if
 * the `count`th from the end is not.
 */
export function fewerThan(count: number, times: Statement, since: Date): Statement {
  return sql`coalesce((${times})[cardinality(${times}) - ${count - 1}::int] <= ${since}, true)`;
}

/** SQL for the last `count` elements of an array. No limit needs earlier ones. */
export function newest(count: number, array: Statement): Statement {
  return sql`(${array})[greatest(cardinality(${array}) - ${count - 1}::int, 1):]`;
}

type SendLimits = Pick<Config, 'CODE_RESEND_AFTER' | 'CODE_SENDS_PER_HOUR' | 'CODE_SENDS_PER_DAY'>;

/** SQL condition: the limits allow another send after those at `times` (ascending). */
export function maySend(limits: SendLimits, times: Statement, now: Date): Statement {
  const ago = (milliseconds: number) => new Date(+now - milliseconds);
  return sql`(${fewerThan(1, times, ago(limits.CODE_RESEND_AFTER * SECOND))}
    and ${fewerThan(limits.CODE_SENDS_PER_HOUR, times, ago(HOUR))}
    and ${fewerThan(limits.CODE_SENDS_PER_DAY, times, ago(DAY))})`;
}

/**
 * The earliest time at which the limits allow the next send, in milliseconds since the epoch.
 * @param sentAt ascending
 */
export function nextSendAt(limits: SendLimits, sentAt: Date[]): number {
  const endOfWindow = (count: number, window: number) => {
    const oldest = sentAt.at(-count);
    return oldest ? +oldest + window : 0;
  };
  return Math.max(
    endOfWindow(1, limits.CODE_RESEND_AFTER * SECOND),
    endOfWindow(limits.CODE_SENDS_PER_HOUR, HOUR),
    endOfWindow(limits.CODE_SENDS_PER_DAY, DAY),
  );
}

/**
 * How many of a day's wrong guesses only the phone's owner may make, from where they signed in
 * before. Strangers can use up the others and do not lock the owner out.
 */
const RESERVED_FAILURES = 2;

/** The wrong guesses per phone and day: for everybody, and reserved for the owner. */
export function failureBudget({ CODE_MAX_FAILURES_PER_DAY }: Config) {
  const reserved = Math.min(RESERVED_FAILURES, CODE_MAX_FAILURES_PER_DAY - 1);
  return { open: CODE_MAX_FAILURES_PER_DAY - reserved, reserved };
}

/** Whole seconds, at least 1. */
export function secondsUntil(time: number, now: Date): number {
  return Math.max(1, Math.ceil((time - +now) / SECOND));
}
