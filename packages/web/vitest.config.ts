import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Where .ci/run reads the results. */
const report = process.env['TEST_REPORT'];

/** End-to-end tests of the pages in Chromium: `pnpm test:e2e`. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['test/**/*.e2e.ts'],
    globalSetup: [fileURLToPath(new URL('../server/test/database-template.ts', import.meta.url))],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
