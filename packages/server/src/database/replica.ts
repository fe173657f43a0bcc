import type { Database } from './port.ts';

/**
 * Returns the same dependencies with `database` reading from the replica, for lists and statistics
 * that may be slightly stale. Never use it for authentication, authorization, or reads that a write
 * depends on.
 */
export function fromReplica<Deps extends { database: Database; replica: Database }>(
  deps: Deps,
): Deps {
  return deps.replica === deps.database ? deps : { ...deps, database: deps.replica };
}
