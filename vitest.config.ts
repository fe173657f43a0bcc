import { defineConfig } from 'vitest/config';

/** Suites named *.services.test.ts show what only real PostgreSQL and Redis can. */
const services = process.env['TEST_DATABASE_URL'] !== undefined;

/** Where .ci/run reads the numbers. */
const report = process.env['TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(services ? [] : ['**/*.services.test.ts'])],
    globalSetup: ['packages/server/test/database-template.ts'],
    setupFiles: ['packages/server/test/seed.ts'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    // Loading the same modules for each file anew costs a fifth of the time. Suites share nothing by
    // way of modules, and the run on real services, where each file has its own, shows that too.
    isolate: services,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two keep both cores of a small machine busy; more of them only wait.
    maxWorkers: 2,
  },
});
