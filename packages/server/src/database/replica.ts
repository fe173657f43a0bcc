import type { Database } from './port.ts';

/**
 * The same dependencies, reading from the replica: for lists and figures that may be a moment old.
 * Never use it to find out who calls or what they may do, nor for what a write depends on.
 */
export function fromReplica<Deps extends { database: Database; replica: Database }>(
  deps: Deps,
): Deps {
  return deps.replica === deps.database ? deps : { ...deps, database: deps.replica };
}
