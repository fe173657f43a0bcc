import { DomainError } from '../core/errors.ts';
import { UNANSWERED } from './client.ts';

/** Seconds after which to come again: a restart or a failover takes about so long. */
const AWAY = 5;
/** Seconds: others were in the way, and will not be for long. */
const BUSY = 1;

/** An error as a caller may see it; the cause goes along for those who must know more. */
export function asAnswer(error: unknown): unknown {
  return isUnstorable(error) ? new DomainError('INPUT_INVALID') : unavailable(error);
}

/** The same for what was Prisma's, whose other errors are its own to explain. */
function unavailable(error: unknown): unknown {
  if (isAway(error)) return new DomainError('UNAVAILABLE', { retryAfter: AWAY }, error);
  if (isOverdue(error)) return new DomainError('UNAVAILABLE', { retryAfter: BUSY }, error);
  return error;
}

/** For a transaction that lost against others each time. */
export function contended(error: unknown): DomainError {
  return new DomainError('UNAVAILABLE', { retryAfter: BUSY }, error);
}

/** Rolled back by PostgreSQL for the sake of another transaction. */
export function isConflict(error: unknown): boolean {
  // serialization_failure (on a replica also: a conflict with recovery), deadlock_detected
  return codesOf(error).some((code) => code === '40001' || code === '40P01');
}

/** Whether the connection is gone, or could not be had, rather than the statement wrong. */
export function isAway(error: unknown): boolean {
  return (
    codesOf(error).some((code) => AWAY_CODE.test(code)) ||
    errorsOf(error).some(({ message }) => AWAY_MESSAGE.test(message))
  );
}

/** Whether a time limit ended it: PostgreSQL's on statements and locks, or ours on the answer. */
function isOverdue(error: unknown): boolean {
  // query_canceled, lock_not_available, idle_in_transaction_session_timeout
  return codesOf(error).some((code) => /^(57014|55P03|25P03)$/.test(code)) || isUnanswered(error);
}

/** No answer in time: the connection may still be busy with the statement, so it is of no more use. */
export function isUnanswered(error: unknown): boolean {
  return errorsOf(error).some(({ message }) => message === UNANSWERED);
}

/**
 * 08: connection exception; 57P01 to 57P05: shutting down, starting, idle too long; 53300: too many
 * connections; 25006: a read-only transaction, as on a server that was the primary until just now.
 * P1001 to P2024 are Prisma's names of the same.
 */
const AWAY_CODE =
  /^(08\w{3}|57P0[1235]|53300|25006|ECONN.*|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|E(HOST|NET)UNREACH|P100[128]|P1017|P2024)$/;

/** What pg says without a code, and PgBouncer (08P01 or none) when its server is away. */
const AWAY_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered|Client was closed|server conn crashed|pgbouncer cannot connect)/;

function codesOf(error: unknown): string[] {
  return errorsOf(error).flatMap(({ code, originalCode }) =>
    [code, originalCode].filter((each) => typeof each === 'string'),
  );
}

interface Link {
  message: string;
  code?: unknown;
  /** PostgreSQL's code, where Prisma's adapter has one of its own. */
  originalCode?: unknown;
}

/** An error, what caused it, and where Prisma keeps what its adapter threw. */
function errorsOf(error: unknown, depth = 0): Link[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { message, code, originalCode, cause, meta } = error as Record<string, unknown>;
  return [
    { message: typeof message === 'string' ? message : '', code, originalCode },
    ...errorsOf(cause, depth + 1),
    ...errorsOf((meta as Record<string, unknown> | undefined)?.['driverAdapterError'], depth + 1),
  ];
}

/**
 * True if PostgreSQL refused a text that it cannot store, such as one that contains NUL. The code
 * comes from the driver, or from Prisma around it.
 */
function isUnstorable(error: unknown): boolean {
  const CHARACTER_NOT_IN_REPERTOIRE = '22021';
  return codesOf(error).includes(CHARACTER_NOT_IN_REPERTOIRE);
}
