import { CALLING_CODES, PLANS } from './generated/phone-plans.ts';

interface ParsedPhone {
  /** ISO 3166-1 alpha-2 */
  country: string | undefined;
  /** The calling code with its plus (`+7`), or the national prefix (`8`). */
  prefix: string;
  /** The digits after the prefix. */
  rest: string;
}

/**
 * Groups a partly typed phone number: `+7999123` becomes `+7 999 123`. Changes only separators and
 * never ends with one, so Backspace always deletes a digit.
 * @param region ISO 3166-1 alpha-2, for numbers without `+`
 */
export function formatPhone(text: string, region: string): string {
  const { country, prefix, rest } = parse(text, region);
  return [prefix, ...group(rest, groupsOf(country))].filter(Boolean).join(' ');
}

/** The country of a number, or undefined until the digits typed so far identify one. */
export function countryOf(text: string, region: string): string | undefined {
  return parse(text, region).country;
}

/** The caret's position after formatting, behind the same digit as before. */
export function caretAfter(formatted: string, typed: string, caret: number): number {
  let digits = significant(typed.slice(0, caret)).length;
  let position = 0;
  while (digits > 0 && position < formatted.length) {
    if (formatted[position] !== ' ') digits -= 1;
    position += 1;
  }
  return position;
}

function parse(text: string, region: string): ParsedPhone {
  const digits = significant(text);
  if (digits.startsWith('+')) return international(digits.slice(1));
  if (digits === '') return { country: undefined, prefix: '', rest: '' };
  const [groups, nationalPrefix = ''] = planOf(region);
  const length = groups.reduce((sum, size) => sum + size, 0);
  const isNational = nationalPrefix !== '' && digits.startsWith(nationalPrefix);
  // Many people type the calling code without its plus.
  if (digits.length > length && !isNational) {
    const whole = international(digits);
    if (whole.country === region) return { ...whole, prefix: whole.prefix.slice(1) };
  }
  const prefix = isNational ? nationalPrefix : '';
  return { country: region, prefix, rest: digits.slice(prefix.length) };
}

function international(digits: string): ParsedPhone {
  // No calling code is a prefix of another (ITU-T E.164).
  const code = [1, 2, 3].map((size) => digits.slice(0, size)).find((head) => head in CALLING_CODES);
  if (code === undefined) return { country: undefined, prefix: `+${digits}`, rest: '' };
  const rest = digits.slice(code.length);
  const [main, ...others] = (CALLING_CODES[code] as string).split('|');
  const other = others
    .map((entry) => entry.split(' '))
    .find(([, ...areaCodes]) => areaCodes.some((areaCode) => rest.startsWith(areaCode)));
  return { country: other?.[0] ?? main, prefix: `+${code}`, rest };
}

/** Strips everything but digits and a leading plus. */
function significant(text: string): string {
  return text.replaceAll(/[^+\d]/g, '').replaceAll(/(?<=.)\+/g, '');
}

function planOf(country: string): [number[], string?] {
  const [groups = '', prefix] = (PLANS[country] ?? '').split('|');
  const sizes = groups.split(' ').filter(Boolean).map(Number);
  return prefix ? [sizes, prefix] : [sizes];
}

function groupsOf(country: string | undefined): number[] {
  return country ? planOf(country)[0] : [];
}

/** Digits beyond the plan stay in the last group. */
function group(digits: string, sizes: number[]): string[] {
  const groups: string[] = [];
  let from = 0;
  for (const [index, size] of sizes.entries()) {
    const last = index === sizes.length - 1;
    groups.push(digits.slice(from, last ? undefined : from + size));
    from += size;
  }
  return sizes.length > 0 ? groups : [digits];
}
