import sql, { type Sql as Statement } from 'sql-template-tag';
import type { Config } from '../../config.ts';
import { DAY, HOUR, SECOND } from '../../core/time.ts';

/**
 * SQL condition: fewer than `count` of `times` (ascending) are later than `since`. That holds if
 * the `count`th from the end is not.
 */
export function fewerThan(count: number, times: Statement, since: Date): Statement {
  return sql`coalesce(${times}[cardinality(${times}) - ${count - 1}::int] <= ${since}, true)`;
}

/** SQL for the last `count` of `times`. No limit needs earlier ones. */
export function newest(count: number, times: Statement): Statement {
  return sql`${times}[greatest(cardinality(${times}) - ${count - 1}::int, 1):]`;
}

type SendLimits = Pick<Config, 'CODE_RESEND_AFTER' | 'CODE_SENDS_PER_HOUR' | 'CODE_SENDS_PER_DAY'>;

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

/** Whole seconds, at least 1. */
export function secondsUntil(time: number, now: Date): number {
  return Math.max(1, Math.ceil((time - +now) / SECOND));
}
