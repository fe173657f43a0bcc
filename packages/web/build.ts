import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Writes dist, which the server serves at /app, with scripts and styles compressed in advance. */
export async function buildPages(): Promise<void> {
  await build({ configFile: here('vite.config.ts'), logLevel: 'warn' });
  for (const file of globSync(here('dist/assets/*.{js,css}'))) {
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(content));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}
