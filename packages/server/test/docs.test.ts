import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const pages = globSync(
  ['*.md', 'docs/*.md', 'packages/*/README.md', '{bench,examples}/README.md'],
  {
    cwd: root,
  },
);

test.each(pages)('%s links to files that exist', (page) => {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/```.*?```/gs, '');
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)|src="([^"]+)"/g)]
    .map(([, link, source]) => (link ?? source) as string)
    .filter((link) => !/^[a-z]+:/.test(link));
  const missing = links.filter(
    (link) => globSync(join(dirname(page), link), { cwd: root }).length === 0,
  );
  expect(missing).toEqual([]);
});

test('docs/security.md names tests that exist', () => {
  const text = readFileSync(join(root, 'docs/security.md'), 'utf8');
  const named = [...text.matchAll(/`((?:src|test)\/[\w./*-]+)`/g)].map(
    ([, path]) => path as string,
  );
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter(
    (path) => globSync(join('packages/server', path), { cwd: root }).length === 0,
  );
  expect(missing).toEqual([]);
});
