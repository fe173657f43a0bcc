import type { Deps } from './ports.ts';

/**
 * The same, reading from the replica: for lists and figures that may be a moment old. Never for who
 * calls and what they may do, and never for what a write goes by.
 */
export function fromReplica(deps: Deps): Deps {
  return deps.replica === deps.database ? deps : { ...deps, database: deps.replica };
}
