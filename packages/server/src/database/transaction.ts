import type { PoolClient } from 'pg';
import { DomainError } from '../core/errors.ts';
import { RollbackFailed, type WithConnection } from './connections.ts';
import { RecordedRefusal, Retry, type Sql } from './port.ts';
import {
  contentionError,
  isConflict,
  isConnectionLost,
  isReadTimeout,
  toDomainError,
} from './postgres-errors.ts';

/** Deadlocks and serialization failures. PostgreSQL aborts one party so the others can proceed. */
const MAX_CONFLICT_ATTEMPTS = 10;
/** Each Retry means that another transaction made progress, so concurrency bounds their number. */
const MAX_RETRY_ATTEMPTS = 100;
/** Connections lost before COMMIT. Retrying for longer is up to the caller. */
const MAX_LOST_ATTEMPTS = 3;

interface Options {
  withConnection: WithConnection;
  /** The statements that begin a transaction. */
  begin: string;
  sqlOn(client: PoolClient): Sql;
}

/** Implements `Database.transaction`, where its retries are documented. */
export async function runTransaction<T>(
  options: Options,
  work: (tx: Sql) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const progress = { uncommitted: false };
    try {
      return await runOnce(options, work, progress);
    } catch (error) {
      if (attempt < maxAttempts(error, progress.uncommitted)) continue;
      throw isConflict(error) || error instanceof Retry
        ? contentionError(error)
        : toDomainError(error);
    }
  }
}

/** @param uncommitted true if the connection was in use and COMMIT had not been sent */
function maxAttempts(error: unknown, uncommitted: boolean): number {
  if (isConflict(error)) return MAX_CONFLICT_ATTEMPTS;
  if (error instanceof Retry) return MAX_RETRY_ATTEMPTS;
  if (uncommitted && isConnectionLost(error) && !(error instanceof DomainError))
    return MAX_LOST_ATTEMPTS;
  return 1;
}

function runOnce<T>(
  { withConnection, begin, sqlOn }: Options,
  work: (tx: Sql) => Promise<T>,
  progress: { uncommitted: boolean },
): Promise<T> {
  return withConnection(async (client) => {
    const tx = sqlOn(client);
    progress.uncommitted = true;
    try {
      await client.query(begin);
      const result = await work(tx);
      progress.uncommitted = false;
      const { command } = await client.query('commit');
      // PostgreSQL rolls back on COMMIT if a statement failed and `work` ignored the error.
      if (command !== 'COMMIT') throw new Error('The transaction was rolled back');
      return result;
    } catch (error) {
      if (!isConnectionLost(error) && !isReadTimeout(error))
        await client.query('rollback').catch(() => {
          throw new RollbackFailed('', { cause: error });
        });
      if (error instanceof RecordedRefusal) await tx.query(error.record);
      throw error;
    }
  });
}
