import type { Sql as Statement } from 'sql-template-tag';
import { DomainError, type Reason } from '../core/errors.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';

/** Sends one statement, prepared under its own name; values travel apart from the text. */
export interface Sql {
  query<Row>(statement: Statement): Promise<Row[]>;
}

export interface Database extends Sql {
  /** For what is not hot and needs no condition in the write; the rest is SQL. */
  readonly prisma: PrismaClient;
  /** PostgreSQL's version and where it runs, for the start-up message. */
  readonly description: string;
  /** For metrics. */
  readonly health: DatabaseHealth;
  /**
   * Runs `work` in a transaction. A deadlock, a serialization failure, a Retry, or a connection lost
   * before COMMIT was sent runs it again from its beginning, so `work` must have no effect outside of
   * `tx`. One lost at COMMIT may or may not have been done: that is UNAVAILABLE.
   */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface DatabaseHealth {
  /** Whether the last that needed it found it. */
  readonly up: boolean;
  /** Of this instance's pool; `waiting` are those who wait for one. */
  readonly connections: { open: number; idle: number; waiting: number };
}

/** Thrown inside a transaction whose premises have changed since it read them. */
export class Retry extends Error {
  override name = 'Retry';
}

/** A refusal that leaves a trace: the transaction is rolled back, and then `record` is run. */
export class RecordedRefusal extends DomainError {
  readonly record: Statement;

  constructor(reason: Reason, record: Statement) {
    super(reason);
    this.record = record;
  }
}
