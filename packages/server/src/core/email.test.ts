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
])('normalizes %s to %s', (text, normalized) => {
  expect(email.parse(text)).toBe(normalized);
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
])('rejects %j', (text) => {
  expect(email.safeParse(text).success).toBe(false);
});

test('normalizing twice changes nothing', () => {
  fc.assert(
    fc.property(fc.emailAddress(), (text) => {
      const { success, data } = email.safeParse(text);
      if (success) expect(email.parse(data)).toBe(data);
    }),
  );
});
