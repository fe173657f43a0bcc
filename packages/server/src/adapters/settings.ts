import { z } from 'zod';
import { parseRedisUrl } from './redis-url.ts';

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });
const number = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

/** What is set of PostgreSQL, beside DATABASE_URL; times in seconds. */
export const databaseSettings = {
  /** A replica, for reads that may be a moment old. */
  DATABASE_READ_URL: postgresUrl.optional(),
  /** Connections of each instance, and as many to the replica. */
  DATABASE_POOL: number(10),
  /** `transaction`: behind PgBouncer or the like in transaction mode. */
  DATABASE_POOLER: z.enum(['none', 'transaction']).default('none'),
  DATABASE_CONNECT_TIMEOUT: number(5),
  DATABASE_STATEMENT_TIMEOUT: number(10),
  DATABASE_LOCK_TIMEOUT: number(5),
};

export const redisUrl = z.string().refine((text) => parseRedisUrl(text) !== undefined, {
  error:
    'must be like redis://host:6379, redis+cluster://one:6379,two:6379 or redis+sentinel://one:26379,two:26379/name',
});

/** How the service is run and watched; times in seconds. */
export const operationSettings = {
  /** Megabytes after which LOG_FILE is rotated, and how many of the older ones stay. */
  LOG_FILE_SIZE: number(50),
  LOG_FILE_KEEP: number(10),
  /** If set, /metrics wants it as a bearer token. */
  METRICS_TOKEN: z.string().min(16).optional(),
  /** Where traces go, by OTLP over HTTP. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_SERVICE_NAME: z.string().default('invitree'),
  /** Between two rounds of housekeeping; 0: none. */
  HOUSEKEEPING_INTERVAL: z.coerce.number().int().min(0).default(60),
  /** How long /readyz says no before requests are refused: what a balancer takes to notice. */
  SHUTDOWN_DELAY: z.coerce.number().int().min(0).default(0),
  /** How long the requests under way may then take. */
  SHUTDOWN_TIMEOUT: number(10),
};
