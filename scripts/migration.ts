/**
 * pnpm db:migration NAME: writes prisma/migrations/<time>_NAME/migration.sql from the difference
 * between the migrations there and schema.prisma. Works offline, on an embedded database in memory.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { readMigrations, schemaEngine } from '../packages/server/src/database/migrations.ts';
import { openEmbedded } from '../packages/server/src/database/pglite.ts';

const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error('usage: pnpm db:migration NAME   (a-z, 0-9 and _)');
  process.exit(2);
}
const database = await openEmbedded();
const shadow = await openEmbedded();
readable(shadow.pool);
const { engine, schema, filters } = await schemaEngine(database.pool, shadow.pool);
const { stdout: script } = await engine.diff({
  from: { tag: 'migrations', ...(await readMigrations()) },
  to: { tag: 'schemaDatamodel', ...schema },
  script: true,
  exitCode: null,
  filters,
});
await database.close();
await shadow.close();
if (!script || script.includes('This is an empty migration')) {
  console.log('schema.prisma says nothing that the migrations do not: nothing to write.');
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = new URL(`../prisma/migrations/${stamp}_${name}/`, import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('migration.sql', folder), script);
  console.log(`prisma/migrations/${stamp}_${name}/migration.sql`);
}

/**
 * Two mends of what the engine asks of the shadow. adapter-pg does not know "char", a type of the
 * catalogue; text will do. And CHECK constraints, which the engine reads only to warn that Prisma
 * has no word for them, fail it even so: it finds none.
 */
function readable(pool: Awaited<ReturnType<typeof openEmbedded>>['pool']) {
  const CHAR = 18;
  const TEXT = 25;
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<Result | Result[]>;
  pool.query = (async (...args: unknown[]) => {
    const result = await query(...args);
    if (Array.isArray(result)) return result;
    for (const field of result.fields) if (field.dataTypeID === CHAR) field.dataTypeID = TEXT;
    if (result.fields.some(({ name }) => name === 'constraint_type')) result.rows = [];
    return result;
  }) as typeof pool.query;
}

interface Result {
  fields: { name: string; dataTypeID: number }[];
  rows: unknown[];
}
