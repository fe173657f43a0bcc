import { z } from 'zod';
import { wholeNumber } from '../core/setting-schemas.ts';

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });

export const databaseSettings = {
  DATABASE_URL: postgresUrl
    .optional()
    .describe('PostgreSQL 15 or later. Without it, an embedded database in `DATA_DIR` is used.'),
  DATABASE_REPLICA_URL: postgresUrl
    .optional()
    .describe(
      'A replica for lists and statistics, which may be slightly stale. Never used for access checks or writes.',
    ),
  DATABASE_POOL: wholeNumber(10).describe(
    'Connections per instance to the primary, and the same number to the replica.',
  ),
  DATABASE_POOLER: z
    .enum(['none', 'transaction'])
    .default('none')
    .describe('`transaction` behind PgBouncer, or a similar pooler, in transaction mode.'),
  DATABASE_CONNECT_TIMEOUT: wholeNumber(5).describe(
    'Seconds to wait for a new connection or for a free one in the pool.',
  ),
  DATABASE_STATEMENT_TIMEOUT: wholeNumber(10).describe(
    'Seconds a statement may take. A slower one is rolled back and the request fails with 503.',
  ),
  DATABASE_LOCK_TIMEOUT: wholeNumber(5).describe('Seconds a statement may wait for a lock.'),
  DATA_DIR: z
    .string()
    .default('.data')
    .describe(
      'Folder for the embedded database and the generated development secret. One process at a time.',
    ),
  CLEANUP_INTERVAL: wholeNumber(60, 0).describe(
    'Seconds between deletions of expired rows. `0` turns this off.',
  ),
};

export type DatabaseSettings = z.infer<z.ZodObject<typeof databaseSettings>>;
