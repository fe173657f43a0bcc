import { defineConfig } from 'vite';

/** For `pnpm --filter @invitree/web dev`: the pages from here, all else from a server that runs. */
const server = process.env['INVITREE_URL'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root: import.meta.dirname,
  base: '/app/',
  server: { proxy: { '/trpc': server, '/api': server, '/icon.svg': server } },
  build: {
    target: 'es2022',
    // The policy of the page allows no inline script and no data: address.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});
