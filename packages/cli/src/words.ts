/** `2026-11-20 14:03` in the time zone of the terminal; a dash for nothing. */
export function when(time: string | null): string {
  return time === null ? '–' : new Date(time).toLocaleString('sv-SE').slice(0, 16);
}

export const orDash = (text: string | null): string => text ?? '–';

export const yesOrNo = (value: boolean): string => (value ? 'yes' : 'no');

/** `1 session`, `2 sessions` */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
