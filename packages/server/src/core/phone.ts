import parsePhoneNumber, { type CountryCode, type PhoneNumber } from 'libphonenumber-js/max';
import { LRUCache } from 'lru-cache';
import { DomainError } from './errors.ts';

/** Digits of other scripts: libphonenumber accepts them, but some resemble different ASCII digits. */
const NON_ASCII_DIGIT = /(?![0-9])\p{Nd}/u;

/** Types of numbers that cost extra to reach or do not belong to a person. */
const REFUSED_TYPES = new Set([
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'PERSONAL_NUMBER',
  'UAN',
  'VOICEMAIL',
  'PAGER',
]);

/** Recently parsed phones by their E.164 form. One sign-in parses the same phone eight times. */
const recent = new LRUCache<string, PhoneNumber>({ max: 1_000 });

/**
 * Parses a phone number in any common notation.
 * @param region country of numbers without `+` (ISO 3166-1 alpha-2)
 * @returns the number in E.164
 * @throws DomainError PHONE_INVALID
 */
export function parsePhone(text: string, region: string): string {
  if (recent.has(text)) return text;
  const number = NON_ASCII_DIGIT.test(text)
    ? undefined
    : parsePhoneNumber(text, { defaultCountry: region as CountryCode, extract: false });
  if (!number?.isValid() || number.ext || REFUSED_TYPES.has(number.getType() ?? ''))
    throw new DomainError('PHONE_INVALID');
  recent.set(number.number, number);
  return number.number;
}

function numberOf(phone: string): PhoneNumber | undefined {
  return recent.get(phone) ?? parsePhoneNumber(phone);
}

/** True if the text is a valid phone number in E.164. */
export function isPhone(text: string): boolean {
  return parsePhoneNumber(text)?.number === text;
}

/** Satellite and other international networks. libphonenumber uses the UN M49 code of the world. */
export const WORLD = '001';

/** The country (ISO 3166-1 alpha-2) of a phone in E.164, or WORLD. */
export function countryOf(phone: string): string {
  return numberOf(phone)?.country ?? WORLD;
}

/**
 * Masks a phone for logs and pages: `+79991234567` becomes `+7 *** ***-45-67`, which its owner still
 * recognizes. The format is the same for every country. Shows four digits, or half of them if the
 * national number has fewer than 8.
 */
export function maskPhone(phone: string): string {
  const { countryCallingCode, nationalNumber } = numberOf(phone) ?? {
    countryCallingCode: '*',
    nationalNumber: phone.replace(/^\+/, ''),
  };
  const shown = nationalNumber.slice(-Math.min(4, nationalNumber.length >> 1)).padStart(4, '*');
  return `+${countryCallingCode} *** ***-${shown.slice(0, 2)}-${shown.slice(2)}`;
}
