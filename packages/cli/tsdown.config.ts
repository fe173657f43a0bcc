import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: { main: 'src/main.ts' },
  platform: 'node',
  target: 'node22.13',
  dts: false,
  // What every start needs is in the bundle: a file read is cheaper than a package found.
  deps: { alwaysBundle: ['commander', 'picocolors', 'string-width'] },
});
