import { describe, expect, test } from 'vitest';
import { isPhone, maskPhone, parsePhone } from './phone.ts';

describe('parsePhone', () => {
  test.each([
    ['+7 (999) 123-45-67', '+79991234567'],
    ['8 999 123 45 67', '+79991234567'],
    ['8(999)1234567', '+79991234567'],
    ['9991234567', '+79991234567'],
    ['+7 999 123‑45‑67', '+79991234567'],
    ['+7 999 123 45 67', '+79991234567'],
    ['+1 202-456-1111', '+12024561111'],
    ['+44 7911 123456', '+447911123456'],
  ])('parses %s', (text, phone) => expect(parsePhone(text, 'RU')).toBe(phone));

  test('assigns a number without + to the region', () => {
    expect(parsePhone('07911 123456', 'GB')).toBe('+447911123456');
  });

  test.each([
    '',
    ' ',
    'phone',
    '123',
    '+7999123456',
    '+799912345678',
    '+7 999 123 45 6٧',
    '+7 999 123 45 6７',
    'call +79991234567 now',
    '+79991234567 ext. 5',
    '+79991234567;DROP TABLE',
    '8 800 555 35 35',
    '+1 900 555 0123',
    '+44 70 1234 5678',
    '+979 1234 5678',
    '+999 123 456 789',
  ])('rejects %j', (text) =>
    expect(() => parsePhone(text, 'RU')).toThrow(
      expect.objectContaining({ reason: 'PHONE_INVALID' }),
    ),
  );
});

test.each([
  '+54 9 11 2345-6789',
  '+54 11 2345-6789',
  '011 15-2345-6789',
  '011 2345-6789',
  '11 2345 6789',
])('takes %s for one Argentine mobile', (text) => {
  expect(parsePhone(text, 'AR')).toBe('+5491123456789');
  expect(parsePhone(parsePhone(text, 'AR'), 'AR')).toBe('+5491123456789');
});

test('leaves Argentine numbers that cannot be mobiles alone', () => {
  expect(() => parsePhone('+54 800 123 4567', 'AR')).toThrow();
  expect(isPhone('+541123456789')).toBe(false);
  expect(isPhone('+5491123456789')).toBe(true);
});

test('isPhone accepts only E.164', () => {
  expect(isPhone('+79991234567')).toBe(true);
  expect(isPhone('+7 999 123-45-67')).toBe(false);
  expect(isPhone('89991234567')).toBe(false);
});

test('maskPhone keeps the country code and the last four digits', () => {
  expect(maskPhone('+79991234567')).toBe('+7 *** ***-45-67');
});
