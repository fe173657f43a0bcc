import fc from 'fast-check';
import { z } from 'zod';
import type { Procedure } from '../../src/http/procedures.ts';

/** What people and programs send instead of a string, a number or an id. */
const STRANGE: unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u{10ffff}',
  '\u202e\u200f\ufeff',
  'é'.repeat(300),
  '٧٩٩٩',
  "'; drop table users; --",
  '../../etc/passwd',
  '%00',
  'NaN',
  '-1',
  '1e400',
  '0001-01-01T00:00:00Z',
  '+999999-12-31T23:59:59Z',
  '00000000-0000-0000-0000-000000000000',
  '019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a',
  '+79991234567',
  'a@example.org',
  'MSAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA',
  'OTk5OTk5OTk5OTk5OTk5OTkgMDE5YTlmM2MtMWI3ZS03YzNkLTlmMDAtMmY2ZjBjMWQ0ZTVh',
  [],
  {},
  [[[[[[]]]]]],
  { toString: 1 },
  { length: -1 },
];

const strange = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...STRANGE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.jsonValue() },
);

/** The names of an object schema's fields. */
export function keysOf(schema: z.ZodType): string[] {
  const inner = 'unwrap' in schema ? (schema.unwrap as () => z.ZodType)() : schema;
  return inner === schema || inner instanceof z.ZodObject
    ? Object.keys(inner instanceof z.ZodObject ? inner.shape : {})
    : keysOf(inner);
}

/** Strange values for the procedure's fields, and fields that every object inherits. */
export function inputs({ input }: Procedure): fc.Arbitrary<Record<string, unknown>> {
  const keys = keysOf(input);
  const known = fc.record(Object.fromEntries(keys.map((key) => [key, strange])), {
    requiredKeys: [],
  });
  const unknown = fc.dictionary(
    fc.constantFrom('__proto__', 'constructor', 'toString', 'isAdmin', '0', ''),
    strange,
    { maxKeys: 2 },
  );
  return fc.tuple(known, unknown).map(([a, b]) => ({ ...b, ...a }));
}
