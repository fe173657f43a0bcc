import type { Sql as Statement } from 'sql-template-tag';
import { DomainError, type Reason } from '../core/errors.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';

export interface Sql {
  /** Runs one statement as a prepared statement and returns its rows. */
  query<Row>(statement: Statement): Promise<Row[]>;
}

export interface Database extends Sql {
  /** For queries off the hot path whose writes need no condition. Everything else is SQL. */
  readonly prisma: PrismaClient;
  /** PostgreSQL's version and where it runs, for the start-up message. */
  readonly description: string;
  /** For metrics. */
  readonly health: DatabaseHealth;
  /**
   * Runs `work` in a transaction. A deadlock, a serialization failure, a Retry, or a connection
   * lost before COMMIT was sent runs it again from the start, so `work` must have no side effects
   * outside `tx`. If the connection is lost during COMMIT, the outcome is unknown.
   * @throws DomainError UNAVAILABLE if the outcome is unknown or every attempt failed
   */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface DatabaseHealth {
  /** True if the most recent query reached the database. */
  readonly up: boolean;
  /** Connections in this instance's pool. `waiting` counts queries that wait for one. */
  readonly connections: { open: number; idle: number; waiting: number };
}

/** Thrown inside a transaction when what it read has changed since. The transaction runs again. */
export class Retry extends Error {
  override name = 'Retry';
}

/** A refusal to keep on record: the transaction is rolled back, then `record` is run. */
export class RecordedRefusal extends DomainError {
  readonly record: Statement;

  constructor(reason: Reason, record: Statement) {
    super(reason);
    this.record = record;
  }
}
