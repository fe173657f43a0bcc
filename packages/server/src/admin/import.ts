import type { Reason } from '../errors.ts';
import type { Deps, Sql } from '../ports.ts';

/** What became of one line of an import. */
export interface Problem {
  /** Its place in the batch, from 0 */
  index: number;
  field: string;
  reason: Reason;
}

export interface Imported {
  created: number;
  /** There already, and left as it is: an import may be run again. */
  existing: number;
  problems: Problem[];
}

/** Carries the result of a rehearsal out of its transaction, which it undoes. */
class Rehearsed<Result> extends Error {
  readonly result: Result;
  constructor(result: Result) {
    super('Rehearsed');
    this.result = result;
  }
}

/**
 * Runs `work` in a transaction. A dry run does all of it and takes it back, so that it finds what
 * the run would find and never something else.
 */
export async function commitUnless<Result>(
  dryRun: boolean,
  { database }: Pick<Deps, 'database'>,
  work: (tx: Sql) => Promise<Result>,
): Promise<Result> {
  try {
    return await database.transaction(async (tx) => {
      const result = await work(tx);
      if (dryRun) throw new Rehearsed(result);
      return result;
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.result;
    throw error;
  }
}
