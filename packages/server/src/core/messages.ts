import Negotiator from 'negotiator';
import type { ErrorData, Reason } from './errors.ts';

const LOCALES = ['en', 'ru'] as const;
export type Locale = (typeof LOCALES)[number];

/** The language of an answer, by the Accept-Language header (RFC 9110, 12.5.4). */
export function chooseLocale(acceptLanguage: string | undefined): Locale {
  if (!acceptLanguage) return 'en';
  const negotiator = new Negotiator({ headers: { 'accept-language': acceptLanguage } });
  return (negotiator.language([...LOCALES]) as Locale | undefined) ?? 'en';
}

export function errorMessage(locale: Locale, reason: Reason, data: ErrorData = {}): string {
  const message = ERRORS[locale][reason];
  return typeof message === 'string' ? message : message(data);
}

/** What is wrong with an input beyond its shape; a schema's own check names it in `params.name`. */
export function issueMessage(locale: Locale, name: IssueName): string {
  return ISSUES[locale][name];
}

/** What the one-time code's SMS says. */
export function codeText(locale: Locale, code: string): string {
  return locale === 'ru'
    ? `${code} — ваш код для входа. Никому его не сообщайте.`
    : `${code} is your sign-in code. Do not share it with anyone.`;
}

type Messages = Record<Reason, string | ((data: ErrorData) => string)>;

function plural(
  locale: Locale,
  count: number,
  forms: Partial<Record<Intl.LDMLPluralRule, string>>,
) {
  return `${count} ${forms[new Intl.PluralRules(locale).select(count)]}`;
}

function countryName(locale: Locale, country: string): string {
  return new Intl.DisplayNames(locale, { type: 'region' }).of(country) ?? country;
}

const secondsRu = (count = 1) =>
  plural('ru', count, { one: 'секунду', few: 'секунды', many: 'секунд' });
const secondsEn = (count = 1) => plural('en', count, { one: 'second', other: 'seconds' });

const en: Messages = {
  INPUT_INVALID: 'The input is not valid.',
  EMAIL_UNDELIVERABLE: 'Mail to this address does not arrive.',
  EMAIL_DISPOSABLE: 'This is a disposable address. Give one that lasts.',
  PHONE_INVALID: ({ country }) =>
    country
      ? `Codes are not sent to phones of this country (${countryName('en', country)}).`
      : 'This is not a valid phone number.',
  CODE_WRONG: ({ attemptsLeft = 0 }) =>
    `The code is wrong, ${plural('en', attemptsLeft, { one: 'try', other: 'tries' })} left.`,
  CODE_EXPIRED: 'There is no valid code for this phone. Ask for a new one.',
  CREDENTIALS_WRONG: 'The email or the password is wrong.',
  TOKEN_MISSING: 'Sign in first.',
  TOKEN_INVALID: 'This session is over or was never valid. Sign in again.',
  TOKEN_EXPIRED: 'The access token has expired. Refresh it.',
  REFRESH_REUSED: 'This refresh token was used before. To be safe the session has been ended.',
  FORBIDDEN: 'You may not do this.',
  USER_BLOCKED: 'This account is blocked.',
  PHONE_VERIFICATION_REQUIRED: 'Verify your phone again first.',
  ACTIVATION_REFUSED: 'This activation looks automated. If it is not, ask support for help.',
  NOT_FOUND: 'There is nothing here.',
  INVITE_CODE_NOT_FOUND: 'There is no such invite code, or its owner deleted it.',
  INVITE_CODE_OWN: 'You cannot activate your own invite code.',
  INVITE_CODE_EXPIRED: 'This invite code has expired.',
  ALREADY_ACTIVATED: ({ inviteCode }) =>
    `You have already activated the invite code ${inviteCode}.`,
  REFERRAL_CYCLE: 'This code belongs to someone whom you brought here, directly or through others.',
  REFERRER_BLOCKED: 'The owner of this invite code is blocked.',
  ACTIVE_INVITE_CODE_EXISTS: 'You have an active invite code. Delete it first.',
  INVITE_CODE_TAKEN: 'This invite code is taken.',
  PHONE_TAKEN: 'This phone belongs to another account.',
  EMAIL_TAKEN: 'This email belongs to another account.',
  LAST_ADMIN: 'This is the last admin. Give the role to someone else first.',
  ACCOUNT_OWN: 'You cannot block your own account.',
  PAYLOAD_TOO_LARGE: 'The request is too large.',
  RATE_LIMITED: ({ retryAfter }) => `Too many requests. Try again in ${secondsEn(retryAfter)}.`,
  CODE_ATTEMPTS_EXCEEDED: ({ retryAfter }) =>
    `Too many wrong codes. Try again in ${secondsEn(retryAfter)}.`,
  INTERNAL: 'Something went wrong on our side.',
  UNAVAILABLE: 'The service is out of reach for a moment. Try again soon.',
};

const ru: Messages = {
  INPUT_INVALID: 'Данные заполнены неверно.',
  EMAIL_UNDELIVERABLE: 'Письма на этот адрес не доходят.',
  EMAIL_DISPOSABLE: 'Это одноразовый адрес. Укажите постоянный.',
  PHONE_INVALID: ({ country }) =>
    country
      ? `На телефоны этой страны (${countryName('ru', country)}) коды не отправляются.`
      : 'Это не похоже на номер телефона.',
  CODE_WRONG: ({ attemptsLeft = 0 }) =>
    `Код неверен, осталось ${plural('ru', attemptsLeft, { one: 'попытка', few: 'попытки', many: 'попыток' })}.`,
  CODE_EXPIRED: 'Для этого телефона нет действующего кода. Запросите новый.',
  CREDENTIALS_WRONG: 'Неверная почта или пароль.',
  TOKEN_MISSING: 'Сначала войдите.',
  TOKEN_INVALID: 'Сеанс завершён или не существовал. Войдите снова.',
  TOKEN_EXPIRED: 'Токен доступа истёк. Обновите его.',
  REFRESH_REUSED: 'Этот токен обновления уже использован. Для безопасности сеанс завершён.',
  FORBIDDEN: 'Вам это не разрешено.',
  USER_BLOCKED: 'Этот аккаунт заблокирован.',
  PHONE_VERIFICATION_REQUIRED: 'Сначала подтвердите телефон ещё раз.',
  ACTIVATION_REFUSED:
    'Эта активация похожа на автоматическую. Если это не так, обратитесь в поддержку.',
  NOT_FOUND: 'Здесь ничего нет.',
  INVITE_CODE_NOT_FOUND: 'Такого кода приглашения нет, или владелец удалил его.',
  INVITE_CODE_OWN: 'Нельзя активировать собственный код приглашения.',
  INVITE_CODE_EXPIRED: 'Срок действия этого кода приглашения истёк.',
  ALREADY_ACTIVATED: ({ inviteCode }) => `Вы уже активировали код приглашения ${inviteCode}.`,
  REFERRAL_CYCLE: 'Этот код принадлежит тому, кого привели вы сами или приглашённые вами.',
  REFERRER_BLOCKED: 'Владелец этого кода приглашения заблокирован.',
  ACTIVE_INVITE_CODE_EXISTS: 'У вас есть действующий код приглашения. Сначала удалите его.',
  INVITE_CODE_TAKEN: 'Этот код приглашения занят.',
  PHONE_TAKEN: 'Этот телефон принадлежит другому аккаунту.',
  EMAIL_TAKEN: 'Эта почта принадлежит другому аккаунту.',
  LAST_ADMIN: 'Это последний администратор. Сначала дайте эту роль кому-то ещё.',
  ACCOUNT_OWN: 'Нельзя заблокировать собственный аккаунт.',
  PAYLOAD_TOO_LARGE: 'Запрос слишком велик.',
  RATE_LIMITED: ({ retryAfter }) =>
    `Слишком много запросов. Повторите через ${secondsRu(retryAfter)}.`,
  CODE_ATTEMPTS_EXCEEDED: ({ retryAfter }) =>
    `Слишком много неверных кодов. Повторите через ${secondsRu(retryAfter)}.`,
  INTERNAL: 'Что-то пошло не так на нашей стороне.',
  UNAVAILABLE: 'Сервис временно недоступен. Повторите чуть позже.',
};

const ERRORS: Record<Locale, Messages> = { en, ru };

export type IssueName = 'PASSWORD_COMMON' | 'COOKIE_IN_STREAM' | 'NOT_CONFIRMED';

const ISSUES: Record<Locale, Record<IssueName, string>> = {
  en: {
    PASSWORD_COMMON: 'This password is among the first that are guessed. Choose another one.',
    COOKIE_IN_STREAM: 'A streamed answer cannot set a cookie. Send the sign-in without streaming.',
    NOT_CONFIRMED: 'Confirm it with true: what is deleted does not come back.',
  },
  ru: {
    PASSWORD_COMMON: 'Этот пароль подбирают одним из первых. Выберите другой.',
    COOKIE_IN_STREAM: 'Потоковый ответ не может установить cookie. Войдите обычным запросом.',
    NOT_CONFIRMED: 'Подтвердите значением true: удалённое не вернуть.',
  },
};
