import { defineConfig } from 'prisma/config';

// The command line would download a schema engine, which generating never runs:
// migrations go through the WebAssembly engine (packages/server/src/adapters/migrations.ts).
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

export default defineConfig({ schema: 'prisma/schema.prisma' });
