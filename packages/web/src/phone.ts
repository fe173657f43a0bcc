import { CALLING_CODES, PLANS } from './generated/phone-plans.ts';

interface Typed {
  /** ISO 3166-1 alpha-2 */
  country: string | undefined;
  /** What stands before the groups: `+7`, or the `8` that is dialled at home. */
  head: string;
  /** The digits after it. */
  rest: string;
}

/**
 * A phone as far as it has been typed, in groups: `+7999123` as `+7 999 123`. Only the separators
 * change, and none is at the end, so that every key does what it says.
 * @param region where a number without `+` is from
 */
export function formatPhone(text: string, region: string): string {
  const { country, head, rest } = read(text, region);
  return [head, ...group(rest, groupsOf(country))].filter(Boolean).join(' ');
}

/** Where a phone is from, once its first digits say it. */
export function countryOf(text: string, region: string): string | undefined {
  return read(text, region).country;
}

/** Where the caret stands after formatting: behind the same digit as before. */
export function caretAfter(formatted: string, typed: string, caret: number): number {
  let digits = significant(typed.slice(0, caret)).length;
  let position = 0;
  while (digits > 0 && position < formatted.length) {
    if (formatted[position] !== ' ') digits -= 1;
    position += 1;
  }
  return position;
}

function read(text: string, region: string): Typed {
  const digits = significant(text);
  if (digits.startsWith('+')) return international(digits.slice(1));
  if (digits === '') return { country: undefined, head: '', rest: '' };
  const [groups, prefix = ''] = planOf(region);
  const length = groups.reduce((sum, size) => sum + size, 0);
  // Many write the calling code without its plus.
  if (digits.length > length && !(prefix && digits.startsWith(prefix))) {
    const whole = international(digits);
    if (whole.country === region) return { ...whole, head: whole.head.slice(1) };
  }
  const head = prefix && digits.startsWith(prefix) ? prefix : '';
  return { country: region, head, rest: digits.slice(head.length) };
}

function international(digits: string): Typed {
  // No calling code is the beginning of another one (ITU-T E.164).
  const code = [1, 2, 3].map((size) => digits.slice(0, size)).find((head) => head in CALLING_CODES);
  if (code === undefined) return { country: undefined, head: `+${digits}`, rest: '' };
  const rest = digits.slice(code.length);
  const [main, ...others] = (CALLING_CODES[code] as string).split('|');
  const lesser = others
    .map((other) => other.split(' '))
    .find(([, ...beginnings]) => beginnings.some((beginning) => rest.startsWith(beginning)));
  return { country: lesser?.[0] ?? main, head: `+${code}`, rest };
}

/** Digits, and a plus before them. */
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

/** What is longer than the plan stays with the last group. */
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
