/** Formats a time as `2026-11-20 14:03` in the local time zone, or null as a dash. */
export function formatTime(time: string | null): string {
  return time === null ? '–' : new Date(time).toLocaleString('sv-SE').slice(0, 16);
}

/** Formats a time as `2026-11-20` in the local time zone. */
export const formatDate = (time: string): string => formatTime(time).slice(0, 10);

/** Formats 75 seconds as `1:15`. */
export function formatClock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Formats a wait as `45 seconds` or `2 minutes`, rounded up. */
export function formatSeconds(seconds: number): string {
  return seconds < 90
    ? pluralize(Math.ceil(seconds), 'second')
    : pluralize(Math.ceil(seconds / 60), 'minute');
}

export const formatNumber = (value: number): string => value.toLocaleString('en');

/** Formats a count as `1 session` or `2 sessions`. */
export function pluralize(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

export const orDash = (text: string | null): string => text ?? '–';

export const yesOrNo = (value: boolean): string => (value ? 'yes' : 'no');

/** Formats `+79991234567` as `+7 999 123 45 67`. */
export async function formatPhone(phone: string): Promise<string> {
  // Loaded lazily: parsing the metadata of all countries takes a few milliseconds.
  const { default: parsePhoneNumber } = await import('libphonenumber-js/min');
  return parsePhoneNumber(phone)?.formatInternational() ?? phone;
}
