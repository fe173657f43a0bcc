/**
 * Runs every test suite on real PostgreSQL and Redis, including the suites that need them:
 * `pnpm test:services [vitest arguments]`. TEST_DATABASE_URL and TEST_REDIS_URL override the
 * addresses below. The tests create their own databases and drop them afterwards.
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
