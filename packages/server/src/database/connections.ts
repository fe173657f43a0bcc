import type { Pool, PoolClient } from 'pg';
import type { Availability } from '../observability/availability.ts';
import { isConnectionLost, isReadTimeout } from './postgres-errors.ts';

/** Runs `work` on a connection from the pool, then returns the connection to the pool. */
export type WithConnection = <T>(work: (client: PoolClient) => Promise<T>) => Promise<T>;

/** ROLLBACK failed, so the connection is still inside a transaction. `cause` is the first error. */
export class RollbackFailed extends Error {}

/**
 * Creates a function that checks connections out of the pool. It closes connections that are broken
 * or in an unknown state instead of returning them to the pool.
 */
export function createWithConnection(pool: Pool, availability: Availability): WithConnection {
  // Without a listener, a connection that breaks while checked out and idle would end the process.
  pool.on('connect', (client) => client.on('error', availability.markDown));
  return async (work) => {
    let broken = false;
    let client: PoolClient | undefined;
    try {
      client = await pool.connect();
      const result = await work(client);
      if (!availability.up) availability.markUp();
      return result;
    } catch (error) {
      broken = isConnectionLost(error) || isReadTimeout(error) || error instanceof RollbackFailed;
      if (isConnectionLost(error)) availability.markDown(error);
      throw error instanceof RollbackFailed ? error.cause : error;
    } finally {
      client?.release(broken);
    }
  };
}
