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
  const unified = unifyArgentineMobile(number);
  recent.set(unified.number, unified);
  return unified.number;
}

/**
 * Adds the 9 of mobiles to an Argentine number without it. The numbering plan is flat: an area code
 * and a subscriber number, together 10 digits, belong to one line, fixed or mobile. Calls from
 * abroad reach a mobile at +54 9, messages at +54 with or without the 9, so without this one phone
 * could have two accounts (https://en.wikipedia.org/wiki/Telephone_numbers_in_Argentina, "Inbound"
 * and "Inbound SMS"). Codes arrive by SMS, so every number that could be a mobile is taken for one.
 */
function unifyArgentineMobile(number: PhoneNumber): PhoneNumber {
  const [, national] = /^\+54([123]\d{9})$/.exec(number.number) ?? [];
  const mobile = national === undefined ? undefined : parsePhoneNumber(`+549${national}`);
  return mobile?.isValid() ? mobile : number;
}

function numberOf(phone: string): PhoneNumber | undefined {
  return recent.get(phone) ?? parsePhoneNumber(phone);
}

/** True if the text is a valid phone number in E.164, in the form that `parsePhone` returns. */
export function isPhone(text: string): boolean {
  const number = parsePhoneNumber(text);
  return number?.number === text && unifyArgentineMobile(number).number === text;
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
