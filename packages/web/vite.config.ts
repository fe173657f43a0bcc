import { defineConfig } from 'vite';

/** `pnpm --filter @invitree/web dev` serves the pages and proxies the API to a running server. */
const server = process.env['INVITREE_URL'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root: import.meta.dirname,
  base: '/app/',
  server: { proxy: { '/trpc': server, '/api': server, '/icon.svg': server } },
  build: {
    target: 'es2022',
    // The pages' Content Security Policy forbids inline scripts and data: URLs.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});
