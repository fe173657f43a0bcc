import { defineConfig } from 'vite';

// Serves the page and the API from one origin, like a reverse proxy in production.
export default defineConfig({
  server: {
    proxy: { '/trpc': process.env['INVITREE_URL'] ?? 'http://127.0.0.1:3000' },
  },
});
