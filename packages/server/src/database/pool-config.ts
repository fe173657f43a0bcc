import type { PoolConfig } from 'pg';
import { HOUR, MINUTE, SECOND } from '../core/time.ts';
import type { DatabaseSettings } from './settings.ts';

export type PostgresSettings = Pick<
  DatabaseSettings,
  | 'DATABASE_POOL'
  | 'DATABASE_POOLER'
  | 'DATABASE_STATEMENT_TIMEOUT'
  | 'DATABASE_LOCK_TIMEOUT'
  | 'DATABASE_CONNECT_TIMEOUT'
>;

export function connectionConfig(url: string, settings: PostgresSettings): PoolConfig {
  return {
    connectionString: url,
    application_name: 'invitree',
    keepAlive: true,
    // Also limits how long a request waits for a free connection.
    connectionTimeoutMillis: settings.DATABASE_CONNECT_TIMEOUT * SECOND,
  };
}

/** Added to the statement timeout on our side, for a server that is frozen or unreachable. */
const READ_TIMEOUT_MARGIN = 2 * SECOND;
/** After this PostgreSQL aborts a transaction whose instance froze or lost its network. */
const IDLE_IN_TRANSACTION_TIMEOUT = 30 * SECOND;

export function poolLimits(settings: PostgresSettings): PoolConfig {
  const statementTimeout = settings.DATABASE_STATEMENT_TIMEOUT * SECOND;
  return {
    max: settings.DATABASE_POOL,
    idleTimeoutMillis: MINUTE,
    // Rebalances connections when servers behind one host name come and go.
    maxLifetimeSeconds: HOUR / SECOND,
    query_timeout: statementTimeout + READ_TIMEOUT_MARGIN,
    // A pooler in transaction mode refuses settings that apply to a whole connection.
    ...(settings.DATABASE_POOLER === 'none' && {
      statement_timeout: statementTimeout,
      lock_timeout: settings.DATABASE_LOCK_TIMEOUT * SECOND,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT,
    }),
  };
}

/** Begins a transaction with the limits that a transaction pooler refuses for connections. */
export function beginWithLimits(settings: PostgresSettings): string {
  return [
    'begin',
    `set local statement_timeout = ${settings.DATABASE_STATEMENT_TIMEOUT * SECOND}`,
    `set local lock_timeout = ${settings.DATABASE_LOCK_TIMEOUT * SECOND}`,
    `set local idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_TIMEOUT}`,
  ].join('; ');
}
