import { Client, type ClientConfig, type QueryArrayConfig, type QueryConfig } from 'pg';
import { type Columns, NamedQuery, type NamedStatement } from './named-query.ts';

type Done = (error: Error | null, result?: unknown) => void;
type Query = (config: unknown, values: unknown, done?: Done) => unknown;

/**
 * pg's client, with each query's callback known when the query is made. pg's own promises and its own
 * `query_timeout` set one later, and then V8 keeps what the callback holds, a whole request, until the next full
 * collection: under load hundreds of megabytes, and long pauses at each small collection (bench/README.md).
 */
export class WatchedClient extends Client {
  constructor(config: ClientConfig = {}) {
    super({ ...config, query_timeout: 0 });
    const send = super.query.bind(this) as Query;
    const columns: Columns = new Map();
    const sendBest: Query = (config, values, done) =>
      isNamed(config) && done
        ? send(new NamedQuery(config, columns, done), undefined)
        : send(config, values, done);
    const watched = watch(sendBest, config.query_timeout ?? 0);
    this.query = ((config, values, done) => {
      if (isSubmittable(config)) return send(config, values, done);
      if (typeof values === 'function') return watched(config, undefined, values as Done);
      if (done) return watched(config, values, done);
      return new Promise((resolve, reject) => {
        watched(config, values, (error, result) => (error ? reject(error) : resolve(result)));
      });
    }) satisfies Query as Client['query'];
  }
}

/** What comes with a way of its own to run: a cursor, a stream. */
function isSubmittable(config: unknown): boolean {
  return typeof (config as { submit?: unknown } | null)?.submit === 'function';
}

/** What a NamedQuery can run: with types or a way of rows of its own it is for pg. */
function isNamed(config: unknown): config is NamedStatement {
  const { name, types, rowMode } = config as Partial<QueryConfig & QueryArrayConfig>;
  return name !== undefined && types === undefined && rowMode === undefined;
}

/** @param timeout milliseconds after which nobody waits any more; 0 for never */
function watch(send: Query, timeout: number): Query {
  if (timeout === 0) return send;
  return (config, values, done) => {
    let waiting = done;
    // Once: an answer may still come, if only that the connection has been ended.
    const settle: Done = (error, result) => {
      clearTimeout(timer);
      const asked = waiting;
      waiting = undefined;
      asked?.(error, result);
    };
    const timer = setTimeout(() => settle(new Error(UNANSWERED)), timeout);
    return send(config, values, settle);
  };
}

/** In pg's own words. Whoever sees it must part with the connection, which is busy still. */
export const UNANSWERED = 'Query read timeout';
