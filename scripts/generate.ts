/**
 * Generates what is derived and therefore not kept: the Prisma client from the schema, and the SDK's
 * API from the server's router. Each only when what it comes from is newer, for a quick start.
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

const sources = [
  'scripts/sdk-api.ts',
  'scripts/type-printer.ts',
  ...globSync('packages/server/src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] }),
];
if (age('packages/sdk/src/generated/api.ts') <= Math.max(...sources.map(age))) {
  const { writeSdkApi } = await import('./sdk-api.ts');
  writeSdkApi();
}
