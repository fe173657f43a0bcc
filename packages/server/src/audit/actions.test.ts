import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

test('docs/security.md lists every kind of entry, and no other', () => {
  const [, type = ''] = /type AuditAction =([^;]+);/.exec(read('./audit.ts')) ?? [];
  const actions = Array.from(type.matchAll(/'([^']+)'/g), ([, action]) => action);
  const [, section = ''] =
    /## Audit log\n(.+?)\n## /s.exec(read('../../../../docs/security.md')) ?? [];
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const listed = rows.flatMap((row) =>
    Array.from((row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g), ([, action]) => action),
  );
  expect(actions.length).toBeGreaterThan(10);
  expect(listed.sort()).toEqual(actions.sort());
});
