import { DomainError } from '../core/errors.ts';
import { READ_TIMEOUT } from './client.ts';

/** `retryAfter` in seconds while PostgreSQL restarts or fails over. */
const OUTAGE_RETRY_AFTER = 5;
/** `retryAfter` in seconds when other transactions were in the way. */
const CONTENTION_RETRY_AFTER = 1;

/**
 * Maps a database error to the DomainError that clients see, with the original as its cause.
 * Returns any other error unchanged.
 */
export function toDomainError(error: unknown): unknown {
  if (isUnstorable(error)) return new DomainError('INPUT_INVALID');
  if (isConnectionLost(error))
    return new DomainError('UNAVAILABLE', { retryAfter: OUTAGE_RETRY_AFTER }, error);
  if (isTimeout(error)) return contentionError(error);
  return error;
}

/** The error for a transaction that lost to others on every attempt. */
export function contentionError(error: unknown): DomainError {
  return new DomainError('UNAVAILABLE', { retryAfter: CONTENTION_RETRY_AFTER }, error);
}

/** True if PostgreSQL rolled the transaction back in favour of another one. */
export function isConflict(error: unknown): boolean {
  // serialization_failure (a replica also reports recovery conflicts this way), deadlock_detected
  return codesOf(error).some((code) => code === '40001' || code === '40P01');
}

/** True if the connection was lost or could not be opened, so the statement itself may be fine. */
export function isConnectionLost(error: unknown): boolean {
  return (
    codesOf(error).some((code) => CONNECTION_CODE.test(code)) ||
    errorsOf(error).some(({ message }) => CONNECTION_MESSAGE.test(message))
  );
}

/** True if a time limit was exceeded: PostgreSQL's limits on statements and locks, or our own. */
function isTimeout(error: unknown): boolean {
  // query_canceled, lock_not_available, idle_in_transaction_session_timeout
  return codesOf(error).some((code) => /^(57014|55P03|25P03)$/.test(code)) || isReadTimeout(error);
}

/** True if no response arrived in time. The connection may still be busy, so it must be closed. */
export function isReadTimeout(error: unknown): boolean {
  return errorsOf(error).some(({ message }) => message === READ_TIMEOUT);
}

/**
 * 08: connection exceptions. 57P01 to 57P05: shutting down, starting up, idle for too long.
 * 53300: too many connections. 25006: read-only transaction, as on a primary that was just demoted.
 * P1001 to P2024: Prisma's codes for the same conditions.
 */
const CONNECTION_CODE =
  /^(08\w{3}|57P0[1235]|53300|25006|ECONN.*|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|E(HOST|NET)UNREACH|P100[128]|P1017|P2024)$/;

/** Messages that come without a code: from pg, and from PgBouncer when its server is down. */
const CONNECTION_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered|Client was closed|server conn crashed|pgbouncer cannot connect)/;

function codesOf(error: unknown): string[] {
  return errorsOf(error).flatMap(({ code, originalCode }) =>
    [code, originalCode].filter((each) => typeof each === 'string'),
  );
}

interface ErrorDetails {
  message: string;
  code?: unknown;
  /** PostgreSQL's code, where Prisma's adapter replaces `code` with one of its own. */
  originalCode?: unknown;
}

/** Returns an error, its causes, and the driver errors that Prisma wraps. */
function errorsOf(error: unknown, depth = 0): ErrorDetails[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { message, code, originalCode, cause, meta } = error as Record<string, unknown>;
  return [
    { message: typeof message === 'string' ? message : '', code, originalCode },
    ...errorsOf(cause, depth + 1),
    ...errorsOf((meta as Record<string, unknown> | undefined)?.['driverAdapterError'], depth + 1),
  ];
}

/** True if PostgreSQL cannot store a given text, for example because it contains NUL. */
function isUnstorable(error: unknown): boolean {
  const CHARACTER_NOT_IN_REPERTOIRE = '22021';
  return codesOf(error).includes(CHARACTER_NOT_IN_REPERTOIRE);
}
