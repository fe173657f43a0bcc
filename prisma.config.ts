import { defineConfig } from 'prisma/config';

// Keeps the Prisma CLI from downloading a schema engine, which `prisma generate` never runs.
// Migrations use the WebAssembly engine (packages/server/src/database/schema-engine.ts).
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

export default defineConfig({ schema: 'prisma/schema.prisma' });
