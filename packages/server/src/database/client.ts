import { Client, type ClientConfig, type QueryArrayConfig, type QueryConfig } from 'pg';
import { type Columns, NamedQuery, type NamedStatement } from './named-query.ts';

type Callback = (error: Error | null, result?: unknown) => void;
type Query = (config: unknown, values: unknown, callback?: Callback) => unknown;

/**
 * pg's client with its own `query_timeout` and faster named statements (NamedQuery).
 * pg attaches callbacks after constructing a query, which makes V8 retain the request until a major
 * GC; here they are passed at construction. Under load that saves hundreds of megabytes and long
 * minor GC pauses (bench/README.md).
 */
export class PostgresClient extends Client {
  constructor(config: ClientConfig = {}) {
    super({ ...config, query_timeout: 0 });
    const send = super.query.bind(this) as Query;
    const columns: Columns = new Map();
    const sendStatement: Query = (config, values, callback) =>
      isNamed(config) && callback
        ? send(new NamedQuery(config, columns, callback), undefined)
        : send(config, values, callback);
    const sendWithTimeout = withTimeout(sendStatement, config.query_timeout ?? 0);
    this.query = ((config, values, callback) => {
      if (isSubmittable(config)) return send(config, values, callback);
      if (typeof values === 'function')
        return sendWithTimeout(config, undefined, values as Callback);
      if (callback) return sendWithTimeout(config, values, callback);
      return new Promise((resolve, reject) => {
        sendWithTimeout(config, values, (error, result) =>
          error ? reject(error) : resolve(result),
        );
      });
    }) satisfies Query as Client['query'];
  }
}

/** True for objects that run themselves, such as pg-cursor and pg-query-stream. */
function isSubmittable(config: unknown): boolean {
  return typeof (config as { submit?: unknown } | null)?.submit === 'function';
}

/** True for statements that NamedQuery can run. Custom types or row modes are left to pg. */
function isNamed(config: unknown): config is NamedStatement {
  const { name, types, rowMode } = config as Partial<QueryConfig & QueryArrayConfig>;
  return name !== undefined && types === undefined && rowMode === undefined;
}

/** @param timeout in milliseconds; 0 for none */
function withTimeout(send: Query, timeout: number): Query {
  if (timeout === 0) return send;
  return (config, values, callback) => {
    let pending = callback;
    // Calls back only once: a response may still arrive, if only when the connection is closed.
    const settle: Callback = (error, result) => {
      clearTimeout(timer);
      const call = pending;
      pending = undefined;
      call?.(error, result);
    };
    const timer = setTimeout(() => settle(new Error(READ_TIMEOUT)), timeout);
    return send(config, values, settle);
  };
}

/** pg's own message. The connection is still busy after this error and must be closed. */
export const READ_TIMEOUT = 'Query read timeout';
