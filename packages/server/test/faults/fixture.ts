import { join } from 'node:path';
import { Client } from 'pg';
import { temporaryFolder } from '../services/cleanup.ts';
import { type PostgresServer, startPostgres } from '../services/postgres.ts';
import { type RedisServer, startRedis } from '../services/redis.ts';

export interface FaultFixture {
  postgres: PostgresServer;
  redis: RedisServer;
  folder: string;
  /** Settings of a server that uses both. */
  env: Record<string, string>;
  query<Row extends object>(text: string): Promise<Row[]>;
}

/** PostgreSQL and Redis of a suite's own. Stop them in afterAll with `stopServices`. */
export async function startFaultFixture(): Promise<FaultFixture> {
  const folder = temporaryFolder('faults');
  const [postgres, redis] = await Promise.all([
    startPostgres({ max_connections: '60' }),
    startRedis(),
  ]);
  return {
    postgres,
    redis,
    folder,
    env: {
      APP_SECRET: 'tests-only-'.repeat(4),
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      // No request is exempt from rate limits, so every request needs Redis.
      TRUST_PROXY: '127.0.0.1',
      RATE_LIMIT_EXEMPT: '203.0.113.0/24',
      SMS_SENDER: `file:${join(folder, 'sms')}`,
      LOG_LEVEL: 'warn',
      SHUTDOWN_DELAY: '1',
    },
    async query<Row extends object>(text: string) {
      const client = new Client({ connectionString: postgres.url });
      try {
        await client.connect();
        return (await client.query<Row>(text)).rows;
      } finally {
        await client.end();
      }
    },
  };
}
