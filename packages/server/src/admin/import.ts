import type { Reason } from '../core/errors.ts';

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
