import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Reason } from '../core/errors.ts';
import type { CounterLabel, CounterName, ReadingName } from './metrics.ts';

/** Writes structured log lines with a level. */
export type Logger = FastifyBaseLogger;

/** Collects metrics for the operator. */
export interface Metrics {
  /** Increments a counter, by 1 unless `by` says otherwise. */
  count<Name extends CounterName>(
    name: Name,
    labels: Record<CounterLabel<Name>, string>,
    by?: number,
  ): void;
  /** Records the outcome and duration of a procedure call. */
  recordCall(call: ProcedureCall): void;
  /** Registers a metric that is read on each scrape. `read` returns one number per label value. */
  registerReading(name: ReadingName, read: () => Record<string, number>): void;
  /** Returns all metrics in Prometheus' text format, and its content type. */
  read(): Promise<{ text: string; type: string }>;
}

interface ProcedureCall {
  /** The procedure's name, such as `auth.verifyCode`. */
  procedure: string;
  protocol: 'rest' | 'trpc';
  /** Why the call failed, or OK. */
  reason: Reason | 'OK';
  seconds: number;
}

/** Distributed tracing, if the operator enabled it. */
export interface Tracing {
  /** Runs `work` in a span. `work` may add attributes that are known only later. */
  span<T>(
    name: string,
    attributes: Record<string, string>,
    work: (setAttributes: (attributes: Record<string, string>) => void) => Promise<T>,
  ): Promise<T>;
  /** Adds a span per request, as a child of the span in its `traceparent` (W3C Trace Context). */
  instrument(app: FastifyInstance): void;
}
