import fc from 'fast-check';
import { expect, test } from 'vitest';
import { email } from './email.ts';

test.each([
  [' Anna@Example.COM ', 'anna@example.com'],
  ['Anna@МОСКВА.рф', 'anna@xn--80adxhks.xn--p1ai'],
  ['anna@xn--80adxhks.xn--p1ai', 'anna@xn--80adxhks.xn--p1ai'],
  ['anna@bücher.example', 'anna@xn--bcher-kva.example'],
  ['anna@ｅｘａｍｐｌｅ.com', 'anna@example.com'],
  ['a+b.c@example.com', 'a+b.c@example.com'],
])('%s is kept as %s', (text, kept) => {
  expect(email.parse(text)).toBe(kept);
});

test.each([
  '',
  'anna',
  '@example.com',
  'anna@',
  'anna@example',
  'a b@example.com',
  'anna@exa mple.com',
  'a@b@c.com',
  'anna@example.com\nbcc: x@y.zz',
  'анна@example.com',
  `${'a'.repeat(250)}@example.com`,
])('%j is refused', (text) => {
  expect(email.safeParse(text).success).toBe(false);
});

test('an address once normalised stays as it is', () => {
  fc.assert(
    fc.property(fc.emailAddress(), (text) => {
      const kept = email.safeParse(text);
      if (kept.success) expect(email.parse(kept.data)).toBe(kept.data);
    }),
  );
});
