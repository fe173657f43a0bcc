import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: { main: 'src/main.ts' },
  platform: 'node',
  target: 'node22.13',
  dts: false,
  // Bundled because every start needs them, and resolving packages is slower than reading one file.
  deps: { alwaysBundle: ['commander', 'picocolors', 'string-width'] },
});
