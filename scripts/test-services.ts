/**
 * pnpm test:services [vitest's arguments]: every suite again on real PostgreSQL and Redis, and the ones
 * that only they can run. TEST_DATABASE_URL and TEST_REDIS_URL say where; databases are made and dropped.
 */
import { spawnSync } from 'node:child_process';

const { status } = spawnSync('vitest', ['run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    TEST_DATABASE_URL: 'postgres://postgres@127.0.0.1:5432/postgres',
    TEST_REDIS_URL: 'redis://127.0.0.1:6379',
    ...process.env,
  },
});
process.exitCode = status ?? 1;
