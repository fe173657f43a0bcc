/**
 * Generates the files that are not committed: the Prisma client from the schema, the SDK's API from
 * the server's router, and the pages at /app. To start quickly, it skips those that are newer than
 * their sources.
 */
import { execFileSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
/** Milliseconds since the Unix epoch; 0 if the file does not exist. */
const modifiedAt = (path: string) =>
  statSync(new URL(path, root), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const isOutdated = (target: string, sources: string[]) =>
  modifiedAt(target) <= Math.max(...sources.map(modifiedAt));

if (isOutdated('packages/server/src/generated/prisma/client.ts', ['prisma/schema.prisma'])) {
  const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
  execFileSync(process.execPath, [prisma, 'generate', '--no-hints'], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const api = [
  ...globSync('scripts/{sdk-api,sdk-types,type-printer}.ts', { cwd: root }),
  ...globSync('packages/server/src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] }),
];
if (isOutdated('packages/sdk/src/generated/api.ts', api)) {
  const { writeSdkApi } = await import('./sdk-api.ts');
  writeSdkApi();
}

const plans = ['packages/web/phone-plans.ts', 'packages/web/package.json'];
if (isOutdated('packages/web/src/generated/phone-plans.ts', plans)) {
  const { writePhonePlans } = await import('../packages/web/phone-plans.ts');
  writePhonePlans();
}

const pages = [
  ...globSync('packages/web/{*.{ts,html,json},src/**/*}', { cwd: root, exclude: ['**/*.test.ts'] }),
  ...globSync('packages/sdk/src/**/*.ts', { cwd: root }),
];
if (isOutdated('packages/web/dist/index.html', pages)) {
  const { buildPages } = await import('../packages/web/build.ts');
  await buildPages();
}
