import parsePhoneNumber, { type CountryCode, getExampleNumber } from 'libphonenumber-js';
import examples from 'libphonenumber-js/mobile/examples';
import { expect, test } from 'vitest';
import { PLANS } from './generated/phone-plans.ts';
import { caretAfter, countryOf, formatPhone } from './phone.ts';

/** Told from their neighbours by more digits than the first three. */
const TOLD_LATE: Record<string, string> = { GG: 'GB', JE: 'GB', YT: 'RE' };

test.each(Object.keys(PLANS) as CountryCode[])(
  'a mobile of %s looks as libphonenumber writes it, and is found to be from there',
  (country) => {
    const example = getExampleNumber(country, examples);
    const number = example && parsePhoneNumber(example.number);
    expect(formatPhone(String(number?.number), 'RU')).toBe(number?.formatInternational());
    const main = number?.country && TOLD_LATE[number.country];
    expect(countryOf(String(number?.number), 'RU')).toBe(main ?? number?.country);
  },
);

test('key by key, the digits stay what was typed and no separator is at the end', () => {
  for (const phone of [
    '+79991234567',
    '+12133734253',
    '89991234567',
    '+4915123456789',
    '9991234',
  ]) {
    let text = '';
    for (const key of phone) {
      text = formatPhone(text + key, 'RU');
      expect(text).not.toMatch(/ $/);
    }
    expect(text.replaceAll(' ', '')).toBe(phone);
  }
});

test.each([
  ['+7 (999) 123-45-67', '+7 999 123 45 67', 'RU'],
  ['8 999 1234567', '8 999 123 45 67', 'RU'],
  ['9991234567', '999 123 45 67', 'RU'],
  ['79991234567', '7 999 123 45 67', 'RU'],
  ['+77012345678', '+7 701 234 5678', 'KZ'],
  ['+1 604 555 01 00', '+1 604 555 0100', 'CA'],
  ['+999', '+999', undefined],
  ['+', '+', undefined],
  ['', '', undefined],
  ['call 8', '8', 'RU'],
])('%s is written %s', (typed, formatted, country) => {
  expect(formatPhone(typed, 'RU')).toBe(formatted);
  expect(countryOf(typed, 'RU')).toBe(country);
});

test('the caret stays behind its digit', () => {
  expect(caretAfter('+7 999 123', '+7 999123', 7)).toBe(8);
  expect(caretAfter('+7 999 123', '+7 999 123', 10)).toBe(10);
  // A separator was deleted: it comes back, and the caret is before it.
  expect(caretAfter('+7 999 123', '+7 999123', 6)).toBe(6);
  expect(caretAfter('+7 999', '+7 999', 0)).toBe(0);
});
