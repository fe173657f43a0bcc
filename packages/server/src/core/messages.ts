import Negotiator from 'negotiator';
import { type ErrorMessages, en, ru } from './error-messages.ts';
import type { ErrorData, Reason } from './errors.ts';

const LOCALES = ['en', 'ru'] as const;
export type Locale = (typeof LOCALES)[number];

/** Chooses the language of a response by its Accept-Language header (RFC 9110, 12.5.4). */
export function chooseLocale(acceptLanguage: string | undefined): Locale {
  if (!acceptLanguage) return 'en';
  const negotiator = new Negotiator({ headers: { 'accept-language': acceptLanguage } });
  return (negotiator.language([...LOCALES]) as Locale | undefined) ?? 'en';
}

const ERRORS: Record<Locale, ErrorMessages> = { en, ru };

export function errorMessage(locale: Locale, reason: Reason, data: ErrorData = {}): string {
  const message = ERRORS[locale][reason];
  return typeof message === 'string' ? message : message(data);
}

/** Checks that Zod has no message for. A schema names its check in `params.name`. */
export type IssueName = 'PASSWORD_COMMON' | 'COOKIE_IN_STREAM' | 'NOT_CONFIRMED';

const ISSUES: Record<Locale, Record<IssueName, string>> = {
  en: {
    PASSWORD_COMMON: 'This password is too easy to guess. Choose another one.',
    COOKIE_IN_STREAM: 'A streamed response cannot set a cookie. Sign in without streaming.',
    NOT_CONFIRMED: 'Set this to true to confirm. The deletion cannot be undone.',
  },
  ru: {
    PASSWORD_COMMON: 'Этот пароль слишком легко подобрать. Придумайте другой.',
    COOKIE_IN_STREAM: 'Потоковый ответ не может установить cookie. Войдите обычным запросом.',
    NOT_CONFIRMED: 'Передайте true для подтверждения. Удаление нельзя отменить.',
  },
};

export function issueMessage(locale: Locale, name: IssueName): string {
  return ISSUES[locale][name];
}

/** The text of the SMS that carries a one-time code. */
export function codeText(locale: Locale, code: string): string {
  return locale === 'ru'
    ? `${code} — ваш код для входа. Никому его не сообщайте.`
    : `${code} is your sign-in code. Do not share it with anyone.`;
}
