import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Suites named *.services.test.ts need PostgreSQL and Redis. */
const services = process.env['TEST_DATABASE_URL'] !== undefined;

/** Where .ci/run reads the results. */
const report = process.env['TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(services ? [] : ['**/*.services.test.ts'])],
    globalSetup: ['packages/server/test/database-template.ts'],
    setupFiles: ['packages/server/test/seed.ts'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    // Loading modules once instead of once per file saves a fifth of the time. Suites share no
    // state in modules: with services, where they are isolated, the same suites pass.
    isolate: services,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Every core. Vitest leaves one idle by default. VITEST_MAX_WORKERS overrides this.
    maxWorkers: availableParallelism(),
  },
});
