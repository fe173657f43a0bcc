import { readdir, readFile } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationList } from '@prisma/schema-engine-wasm';
import type { Pool } from 'pg';

const prismaFolder = new URL('../../../../prisma/', import.meta.url);

/** Tables and enums that the engine ignores: none. */
const filters = { externalTables: [], externalEnums: [] };

/** Reads the migrations on disk, in the order in which Prisma applies them. */
export async function readMigrations(base = prismaFolder): Promise<MigrationList> {
  const migrations = new URL('migrations/', base);
  const names = (await readdir(migrations, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir: 'migrations',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (path) => ({
        path,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok' as const,
            value: await readFile(new URL(`${path}/migration.sql`, migrations), 'utf8'),
          },
        },
      })),
    ),
  };
}

/**
 * Prisma's own schema engine, in process. It writes the same history as `prisma migrate deploy`.
 * @param shadow an empty database, only needed to compare migrations with the schema
 */
export async function openSchemaEngine(pool: Pool, shadow?: Pool) {
  // Loaded on demand: the engine is several megabytes of WebAssembly.
  const { SchemaEngine } = await import('@prisma/schema-engine-wasm');
  const schema = await readFile(new URL('schema.prisma', prismaFolder), 'utf8');
  const factory = new PrismaPg(pool);
  factory.connect = () => connect(pool);
  if (shadow) factory.connectToShadowDb = () => connect(shadow);
  const adapter = bindMigrationAwareSqlAdapterFactory(factory);
  const engine = await SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => {},
    adapter,
  );
  return { engine, schema: { files: [{ path: 'schema.prisma', content: schema }] }, filters };
}

/**
 * adapter-pg splits a script at every semicolon, even inside function bodies. Sent as one simple
 * query, PostgreSQL parses it itself and rolls the whole script back if it fails.
 */
async function connect(pool: Pool) {
  const adapter = await new PrismaPg(pool).connect();
  adapter.executeScript = (script) =>
    pool.query(script).then(
      () => undefined,
      (error) => adapter['onError'](error),
    );
  return adapter;
}
