import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: { index: 'src/index.ts', verify: 'src/verify.ts' },
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  tsconfig: 'tsconfig.build.json',
  deps: { neverBundle: [/^[^./]/] },
  treeshake: { moduleSideEffects: false },
});
