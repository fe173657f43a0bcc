import parsePhoneNumber, { type CountryCode, getExampleNumber } from 'libphonenumber-js';
import examples from 'libphonenumber-js/mobile/examples';
import { expect, test } from 'vitest';
import { PLANS } from './generated/phone-plans.ts';
import { caretAfter, countryOf, formatPhone } from './phone.ts';

/** The first three digits do not identify these countries, so the main one is shown. */
const SHARED_AREA_CODES: Record<string, string> = { GG: 'GB', JE: 'GB', YT: 'RE' };

test.each(Object.keys(PLANS) as CountryCode[])(
  'formats a mobile number of %s like libphonenumber and detects its country',
  (country) => {
    const example = getExampleNumber(country, examples);
    const number = example && parsePhoneNumber(example.number);
    expect(formatPhone(String(number?.number), 'RU')).toBe(number?.formatInternational());
    const main = number?.country && SHARED_AREA_CODES[number.country];
    expect(countryOf(String(number?.number), 'RU')).toBe(main ?? number?.country);
  },
);

test('keeps the typed digits and never ends with a separator, key by key', () => {
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
])('formats %s as %s', (typed, formatted, country) => {
  expect(formatPhone(typed, 'RU')).toBe(formatted);
  expect(countryOf(typed, 'RU')).toBe(country);
});

test('keeps the caret behind its digit', () => {
  expect(caretAfter('+7 999 123', '+7 999123', 7)).toBe(8);
  expect(caretAfter('+7 999 123', '+7 999 123', 10)).toBe(10);
  // A deleted separator comes back, and the caret stays before it.
  expect(caretAfter('+7 999 123', '+7 999123', 6)).toBe(6);
  expect(caretAfter('+7 999', '+7 999', 0)).toBe(0);
});
