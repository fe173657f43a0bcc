/**
 * pnpm db:migration NAME: writes prisma/migrations/<time>_NAME/migration.sql with the changes that
 * take the existing migrations to schema.prisma. Works offline, on an in-memory embedded database.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { openPglite } from '../packages/server/src/database/pglite.ts';
import { openSchemaEngine, readMigrations } from '../packages/server/src/database/schema-engine.ts';

const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error('Usage: pnpm db:migration NAME   (a-z, 0-9 and _)');
  process.exit(2);
}
const database = await openPglite();
const shadow = await openPglite();
makeReadable(shadow.pool);
const { engine, schema, filters } = await openSchemaEngine(database.pool, shadow.pool);
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
  console.log('The migrations already match schema.prisma. Nothing to write.');
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = new URL(`../prisma/migrations/${stamp}_${name}/`, import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('migration.sql', folder), script);
  console.log(`prisma/migrations/${stamp}_${name}/migration.sql`);
}

/**
 * Works around two limits when the engine reads the shadow database. adapter-pg does not support
 * "char", a catalogue type; text works instead. And the engine fails on CHECK constraints, which it
 * reads only to warn that Prisma cannot express them, so this hides them.
 */
function makeReadable(pool: Awaited<ReturnType<typeof openPglite>>['pool']) {
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
