import { isInvitreeError } from '@invitree/sdk';
import { en, type Words } from './en.ts';
import { ru } from './ru.ts';

const LANGUAGES = { en, ru };

/** The first of the browser's languages that there are words for. */
export const locale =
  navigator.languages
    .map((language) => language.split('-')[0] as keyof typeof LANGUAGES)
    .find((language) => language in LANGUAGES) ?? 'en';

export const words: Words = LANGUAGES[locale];

/** What went wrong, for the person: the server's own words, and ours where it said nothing. */
export function explain(error: unknown): string {
  if (!isInvitreeError(error)) return words.errors.unexpected;
  const { reason, message, issues } = error;
  if (reason in words.errors) return words.errors[reason as keyof typeof words.errors];
  return issues.length > 0 ? issues.map((issue) => issue.message).join(' ') : message;
}

/** Dates as the person's own region writes them. */
const regional = navigator.languages.find((language) => language.startsWith(locale)) ?? locale;
const day = new Intl.DateTimeFormat(regional, { day: 'numeric', month: 'short' });
const date = new Intl.DateTimeFormat(regional, { dateStyle: 'medium' });
const moment = new Intl.DateTimeFormat(regional, { dateStyle: 'medium', timeStyle: 'short' });

/** A day as in `2026-11-20`, without its year. */
export const formatDay = (text: string) => day.format(new Date(`${text}T00:00:00`));
export const formatDate = (time: string) => date.format(new Date(time));
export const formatMoment = (time: string) => moment.format(new Date(time));

/** Seconds as `4:05`. */
export function formatWait(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

const countries = new Intl.DisplayNames(locale, { type: 'region' });

/** A country by its ISO 3166-1 code. */
export const countryName = (code: string) => countries.of(code) ?? code;
