/**
 * Generates what is derived and therefore not kept: the Prisma client from the schema, the SDK's API
 * from the server's router, and the pages at /app. Each only when what it comes from is newer, for a
 * quick start.
 */
import { execFileSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const age = (path: string) =>
  statSync(new URL(path, root), { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (age('packages/server/src/generated/prisma/client.ts') <= age('prisma/schema.prisma')) {
  const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
  execFileSync(process.execPath, [prisma, 'generate', '--no-hints'], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const isOlder = (target: string, sources: string[]) => age(target) <= Math.max(...sources.map(age));

const api = [
  'scripts/sdk-api.ts',
  'scripts/type-printer.ts',
  ...globSync('packages/server/src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] }),
];
if (isOlder('packages/sdk/src/generated/api.ts', api)) {
  const { writeSdkApi } = await import('./sdk-api.ts');
  writeSdkApi();
}

const plans = ['packages/web/phone-plans.ts', 'packages/web/package.json'];
if (isOlder('packages/web/src/generated/phone-plans.ts', plans)) {
  const { writePhonePlans } = await import('../packages/web/phone-plans.ts');
  writePhonePlans();
}

const pages = [
  ...globSync('packages/web/{*.{ts,html,json},src/**/*}', { cwd: root, exclude: ['**/*.test.ts'] }),
  ...globSync('packages/sdk/src/**/*.ts', { cwd: root }),
];
if (isOlder('packages/web/dist/index.html', pages)) {
  const { buildPages } = await import('../packages/web/build.ts');
  await buildPages();
}
