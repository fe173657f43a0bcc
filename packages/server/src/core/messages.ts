import Negotiator from 'negotiator';
import type { CodePurpose } from './code-purposes.ts';
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
export type IssueName =
  | 'PASSWORD_COMMON'
  | 'COOKIE_IN_STREAM'
  | 'NOT_CONFIRMED'
  | 'ONE_PROOF'
  | 'HOST_NOT_ALLOWED'
  | 'BATCH_TOO_LARGE';

const ISSUES: Record<Locale, Record<IssueName, string>> = {
  en: {
    PASSWORD_COMMON: 'This password is too easy to guess. Choose another one.',
    COOKIE_IN_STREAM: 'A streamed response cannot set a cookie. Sign in without streaming.',
    ONE_PROOF: 'Send either a code or a password.',
    NOT_CONFIRMED: 'Set this to true to confirm. The deletion cannot be undone.',
    HOST_NOT_ALLOWED:
      'This service does not serve this host. See PUBLIC_URL and ALLOWED_HOSTS in its settings.',
    BATCH_TOO_LARGE: 'A batch holds at most 10 calls. Split it.',
  },
  ru: {
    PASSWORD_COMMON: 'Этот пароль слишком легко подобрать. Придумайте другой.',
    COOKIE_IN_STREAM: 'Потоковый ответ не может установить cookie. Войдите обычным запросом.',
    ONE_PROOF: 'Передайте либо код, либо пароль.',
    NOT_CONFIRMED: 'Передайте true для подтверждения. Удаление нельзя отменить.',
    HOST_NOT_ALLOWED:
      'Сервис не обслуживает этот хост. Проверьте настройки PUBLIC_URL и ALLOWED_HOSTS.',
    BATCH_TOO_LARGE: 'В пакете может быть не больше 10 вызовов. Разделите его.',
  },
};

export function issueMessage(locale: Locale, name: IssueName): string {
  return ISSUES[locale][name];
}

/** Changes of how one signs in, which the owner of the account is told about. */
export type AccountChange = 'phone' | 'emailAndPassword' | 'password' | 'deleted';

const ACCOUNT_CHANGES: Record<Locale, Record<AccountChange, string>> = {
  en: {
    phone: 'Your account has a new phone number. If this was not you, contact support.',
    emailAndPassword:
      'Your account has a new email and password. If this was not you, contact support.',
    password: 'Your account has a new password. If this was not you, contact support.',
    deleted: 'Your account was deleted. If this was not you, contact support.',
  },
  ru: {
    phone: 'У вашего аккаунта новый номер телефона. Если это не вы, обратитесь в поддержку.',
    emailAndPassword:
      'У вашего аккаунта новые почта и пароль. Если это не вы, обратитесь в поддержку.',
    password: 'У вашего аккаунта новый пароль. Если это не вы, обратитесь в поддержку.',
    deleted: 'Ваш аккаунт удалён. Если это не вы, обратитесь в поддержку.',
  },
};

/** The text of the SMS that tells the owner of an account about a change. */
export function accountChangeText(locale: Locale, change: AccountChange): string {
  return ACCOUNT_CHANGES[locale][change];
}

/** The text of the SMS that carries a one-time code. It says what the code is for. */
export function codeText(locale: Locale, purpose: CodePurpose, code: string): string {
  return CODE_TEXTS[locale][purpose].replace('{code}', code);
}

const CODE_TEXTS: Record<Locale, Record<CodePurpose, string>> = {
  en: {
    signIn: '{code} is your sign-in code. Do not share it with anyone.',
    link: '{code} is the code to link this phone to an account. Do not share it with anyone.',
    reauthenticate: '{code} is the code to confirm a change to your account. Do not share it.',
  },
  ru: {
    signIn: '{code} — ваш код для входа. Никому его не сообщайте.',
    link: '{code} — код, чтобы привязать этот телефон к аккаунту. Никому его не сообщайте.',
    reauthenticate: '{code} — код, чтобы подтвердить изменение аккаунта. Никому его не сообщайте.',
  },
};
