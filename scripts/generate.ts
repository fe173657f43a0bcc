/** Generates the Prisma client when the schema is newer than it: half a second saved at every other start. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
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
