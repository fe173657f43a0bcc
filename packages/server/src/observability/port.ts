import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Reason } from '../core/errors.ts';
import type { CounterLabel, CounterName, ReadingName } from './metrics.ts';

/** Writes the log, as levels and objects. */
export type Logger = FastifyBaseLogger;

/** Counts what happens, for the operator. */
export interface Metrics {
  count<Name extends CounterName>(
    name: Name,
    labels: Record<CounterLabel<Name>, string>,
    by?: number,
  ): void;
  /** One call of a procedure. */
  observe(call: ProcedureCall): void;
  /** Reads figures whenever they are collected: a number for each value of the gauge's label. */
  measure(name: ReadingName, read: () => Record<string, number>): void;
  /** Prometheus' text format, and its content type. */
  read(): Promise<{ text: string; type: string }>;
}

interface ProcedureCall {
  /** As in `auth.verifyCode` */
  procedure: string;
  protocol: 'rest' | 'trpc';
  /** OK, or why it failed */
  reason: Reason | 'OK';
  seconds: number;
}

/** Where the time of a request goes, for those who have asked for it. */
export interface Tracing {
  /** A part of a request. `note` adds to what is known of it. */
  span<T>(
    name: string,
    attributes: Record<string, string>,
    work: (note: (attributes: Record<string, string>) => void) => Promise<T>,
  ): Promise<T>;
  /** A span for each request, under the one that its traceparent names (W3C Trace Context). */
  serve(app: FastifyInstance): void;
}
