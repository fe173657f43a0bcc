import parsePhoneNumber, { type CountryCode, type PhoneNumber } from 'libphonenumber-js/max';
import { LRUCache } from 'lru-cache';
import { DomainError } from './errors.ts';

/** Digits of other scripts look alike on a screen and are not what a gateway dials. */
const FOREIGN_DIGIT = /(?![0-9])\p{Nd}/u;

/** Numbers of these kinds cost the caller extra or reach no person. */
const REFUSED = new Set([
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'PERSONAL_NUMBER',
  'UAN',
  'VOICEMAIL',
  'PAGER',
]);

/** Phones that `parsePhone` accepted lately, in E.164: one sign-in asks eight times about the same. */
const accepted = new LRUCache<string, PhoneNumber>({ max: 1_000 });

/**
 * A phone as a person writes it, in E.164 (ITU-T).
 * @param region where a number without `+` is from (ISO 3166-1 alpha-2)
 * @throws DomainError PHONE_INVALID
 */
export function parsePhone(text: string, region: string): string {
  if (accepted.has(text)) return text;
  const number = FOREIGN_DIGIT.test(text)
    ? undefined
    : parsePhoneNumber(text, { defaultCountry: region as CountryCode, extract: false });
  if (!number?.isValid() || number.ext || REFUSED.has(number.getType() ?? ''))
    throw new DomainError('PHONE_INVALID');
  accepted.set(number.number, number);
  return number.number;
}

function numberOf(phone: string): PhoneNumber | undefined {
  return accepted.get(phone) ?? parsePhoneNumber(phone);
}

/** Whether a text is a valid phone in E.164 already. */
export function isPhone(text: string): boolean {
  return parsePhoneNumber(text)?.number === text;
}

/** Satellite and other networks without a country, as libphonenumber calls them (UN M49: the world). */
export const WORLD = '001';

/** The country of a phone in E.164 (ISO 3166-1 alpha-2), or WORLD. */
export function countryOf(phone: string): string {
  return numberOf(phone)?.country ?? WORLD;
}

/**
 * `+79991234567` as `+7 *** ***-45-67`: enough to recognise one's own, for logs and pages. The form is
 * the same for every country; of a number of fewer than 8 digits half is shown.
 */
export function maskPhone(phone: string): string {
  const { countryCallingCode, nationalNumber } = numberOf(phone) ?? {
    countryCallingCode: '*',
    nationalNumber: phone.replace(/^\+/, ''),
  };
  const shown = nationalNumber.slice(-Math.min(4, nationalNumber.length >> 1)).padStart(4, '*');
  return `+${countryCallingCode} *** ***-${shown.slice(0, 2)}-${shown.slice(2)}`;
}
