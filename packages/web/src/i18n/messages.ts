import { isInvitreeError } from '@invitree/sdk';
import { en, type Messages } from './en.ts';
import { ru } from './ru.ts';

const LANGUAGES = { en, ru };

/** The first of the browser's languages that the pages are translated into. */
export const locale =
  navigator.languages
    .map((language) => language.split('-')[0] as keyof typeof LANGUAGES)
    .find((language) => language in LANGUAGES) ?? 'en';

export const messages: Messages = LANGUAGES[locale];

/** Returns the error message to show: the server's, or ours if no response explains the error. */
export function describeError(error: unknown): string {
  if (!isInvitreeError(error)) return messages.errors.unexpected;
  const { reason, message, issues } = error;
  if (reason in messages.errors) return messages.errors[reason as keyof typeof messages.errors];
  return issues.length > 0 ? issues.map((issue) => issue.message).join(' ') : message;
}

/** Dates follow the user's region: `en-GB` and `en-US` differ. */
const regional = navigator.languages.find((language) => language.startsWith(locale)) ?? locale;
const day = new Intl.DateTimeFormat(regional, { day: 'numeric', month: 'short' });
const date = new Intl.DateTimeFormat(regional, { dateStyle: 'medium' });
const moment = new Intl.DateTimeFormat(regional, { dateStyle: 'medium', timeStyle: 'short' });

/** @param text an ISO date such as `2026-11-20`; the year is omitted from the result */
export const formatDay = (text: string) => day.format(new Date(`${text}T00:00:00`));
export const formatDate = (time: string) => date.format(new Date(time));
export const formatMoment = (time: string) => moment.format(new Date(time));

/** Formats seconds as `4:05`. */
export function formatWait(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

const countries = new Intl.DisplayNames(locale, { type: 'region' });

/** @param code ISO 3166-1 alpha-2 */
export const countryName = (code: string) => countries.of(code) ?? code;
