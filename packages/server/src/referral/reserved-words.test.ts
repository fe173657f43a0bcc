import { expect, test } from 'vitest';
import { isReserved, RESERVED_WORDS } from './reserved-words.ts';

test.each([
  'ADMIN',
  'ADMIN1',
  '24HELP',
  'ADMIN-2026',
  'ANNA-SUPPORT',
  'A-D-M-I-N',
  'ADM1N',
  '5UPP0RT',
  'HE1P',
  'INVITREE',
  'INVITREEHELP',
  'THE-ADMINTEAM',
  '1NV1TREE-B0NUS',
])('reserves %s', (code) => expect(isReserved(code, RESERVED_WORDS)).toBe(true));

test.each(['ANNA', 'ANNA-2026', 'ADMINA', 'TESTAROSSA', 'HELPFUL', '7357', '2026', 'ROOTS'])(
  'allows %s',
  (code) => expect(isReserved(code, RESERVED_WORDS)).toBe(false),
);

test('reserves only the words of the setting', () => {
  expect(isReserved('ACME-1', ['acme'])).toBe(true);
  expect(isReserved('ADMIN', ['acme'])).toBe(false);
});
