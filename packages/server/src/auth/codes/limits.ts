import sql, { type Sql as Statement } from 'sql-template-tag';
import type { Config } from '../../config.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Whether fewer than `count` of `times`, oldest first, are later than `since`: the one that many back is not. */
export function fewer(count: number, times: Statement, since: Date): Statement {
  return sql`coalesce(${times}[cardinality(${times}) - ${count - 1}::int] <= ${since}, true)`;
}

/** The newest `count` of `times`: of earlier ones no limit wants to know. */
export function newest(count: number, times: Statement): Statement {
  return sql`${times}[greatest(cardinality(${times}) - ${count - 1}::int, 1):]`;
}

type SendLimits = Pick<Config, 'CODE_RESEND_AFTER' | 'CODE_SENDS_PER_HOUR' | 'CODE_SENDS_PER_DAY'>;

/** When the limits allow a next send, in milliseconds since 1970; `sentAt` is oldest first. */
export function nextSend(limits: SendLimits, sentAt: Date[]): number {
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

export function secondsUntil(time: number, now: Date): number {
  return Math.max(1, Math.ceil((time - +now) / 1000));
}
