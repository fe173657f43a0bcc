import { defineConfig } from 'vite';

// The page and the server under one origin, as a proxy before both would have it.
export default defineConfig({
  server: {
    proxy: { '/trpc': process.env['INVITREE_URL'] ?? 'http://127.0.0.1:3000' },
  },
});
