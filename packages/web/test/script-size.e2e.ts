import { globSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';

test('ships less than 40 kB of gzipped script', () => {
  const sizes = globSync(`${import.meta.dirname}/../dist/**/*.js.gz`).map(
    (file) => statSync(file).size,
  );
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(40_000);
});
