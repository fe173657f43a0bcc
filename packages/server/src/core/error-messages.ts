import type { ErrorData, Reason } from './errors.ts';
import { HOUR, MINUTE, SECOND } from './time.ts';

export type ErrorMessages = Record<Reason, string | ((data: ErrorData) => string)>;

export const en: ErrorMessages = {
  INPUT_INVALID: 'The input is not valid.',
  EMAIL_UNDELIVERABLE: 'This address cannot receive email. Check it for typos.',
  EMAIL_DISPOSABLE: 'Disposable email addresses are not accepted. Use a permanent one.',
  PHONE_INVALID: ({ country }) =>
    country
      ? `Codes are not sent to phones of this country (${countryName('en', country)}).`
      : 'This is not a valid phone number.',
  CODE_WRONG: ({ attemptsLeft = 0 }) =>
    attemptsLeft === 0
      ? 'The code is wrong. Request a new one.'
      : `The code is wrong. You have ${plural('en', attemptsLeft, { one: '# attempt', other: '# attempts' })} left.`,
  CODE_EXPIRED: 'This code is no longer valid. Request a new one.',
  CREDENTIALS_WRONG: 'The email or password is incorrect.',
  TOKEN_MISSING: 'Sign in first.',
  TOKEN_INVALID: 'Your session has ended. Sign in again.',
  TOKEN_EXPIRED: 'The access token has expired. Refresh it.',
  REFRESH_REUSED:
    'This refresh token was already used, so the session was ended for your security. Sign in again.',
  FORBIDDEN: 'You do not have permission to do this.',
  USER_BLOCKED: 'This account is blocked. Contact support.',
  REAUTHENTICATION_REQUIRED:
    'Confirm that it is you with a code sent to your phone, or with your password.',
  PHONE_VERIFICATION_REQUIRED: 'Verify your phone number first.',
  EMAIL_VERIFICATION_REQUIRED: 'Verify your email first, or link a phone number.',
  ACTIVATION_REFUSED:
    'This activation looks automated. If you think this is a mistake, contact support.',
  NOT_FOUND: 'Not found.',
  INVITE_CODE_NOT_FOUND: 'There is no such invite code, or its owner deleted it.',
  INVITE_CODE_OWN: 'You cannot activate your own invite code.',
  INVITE_CODE_EXPIRED: 'This invite code has expired.',
  ALREADY_ACTIVATED: ({ inviteCode }) =>
    `You have already activated the invite code ${inviteCode}.`,
  REFERRAL_CYCLE:
    'You cannot activate the invite code of someone you referred, directly or through others.',
  REFERRER_BLOCKED: 'The owner of this invite code is blocked.',
  ACTIVE_INVITE_CODE_EXISTS: 'You already have an active invite code. Delete it first.',
  INVITE_CODE_TAKEN: 'This invite code is taken. Choose another one.',
  INVITE_CODE_LIMIT:
    'You have chosen as many invite codes as an account may have. Create a random one instead.',
  PHONE_TAKEN: 'This phone number belongs to another account.',
  EMAIL_TAKEN: 'This email belongs to another account.',
  LAST_ADMIN: 'This is the last admin. Make someone else an admin first.',
  ACCOUNT_OWN: 'You cannot block your own account.',
  PAYLOAD_TOO_LARGE: 'The request is too large.',
  RATE_LIMITED: ({ retryAfter }) => `Too many requests. Try again ${inTime('en', retryAfter)}.`,
  CODE_ATTEMPTS_EXCEEDED: ({ retryAfter }) =>
    `Too many wrong codes. Try again ${inTime('en', retryAfter)}.`,
  INTERNAL: 'Something went wrong on our side. Try again later.',
  UNAVAILABLE: 'The service is temporarily unavailable. Try again soon.',
};

export const ru: ErrorMessages = {
  INPUT_INVALID: 'Данные заполнены неверно.',
  EMAIL_UNDELIVERABLE: 'На этот адрес нельзя доставить письмо. Проверьте, нет ли опечатки.',
  EMAIL_DISPOSABLE: 'Одноразовые адреса не принимаются. Укажите постоянный.',
  PHONE_INVALID: ({ country }) =>
    country
      ? `Мы не отправляем коды на номера этой страны (${countryName('ru', country)}).`
      : 'Неверный номер телефона.',
  CODE_WRONG: ({ attemptsLeft = 0 }) =>
    attemptsLeft === 0
      ? 'Неверный код. Запросите новый.'
      : `Неверный код. ${plural('ru', attemptsLeft, {
          one: 'Осталась # попытка',
          few: 'Осталось # попытки',
          many: 'Осталось # попыток',
        })}.`,
  CODE_EXPIRED: 'Этот код больше не действует. Запросите новый.',
  CREDENTIALS_WRONG: 'Неверная почта или пароль.',
  TOKEN_MISSING: 'Сначала войдите.',
  TOKEN_INVALID: 'Сеанс завершён. Войдите снова.',
  TOKEN_EXPIRED: 'Срок действия токена доступа истёк. Обновите его.',
  REFRESH_REUSED:
    'Этот токен обновления уже использован, поэтому сеанс завершён ради вашей безопасности. Войдите снова.',
  FORBIDDEN: 'У вас нет прав на это действие.',
  USER_BLOCKED: 'Этот аккаунт заблокирован. Обратитесь в поддержку.',
  REAUTHENTICATION_REQUIRED:
    'Подтвердите, что это вы: кодом, отправленным на ваш телефон, или паролем.',
  PHONE_VERIFICATION_REQUIRED: 'Сначала подтвердите номер телефона.',
  EMAIL_VERIFICATION_REQUIRED: 'Сначала подтвердите почту или привяжите номер телефона.',
  ACTIVATION_REFUSED:
    'Эта активация похожа на автоматическую. Если это ошибка, обратитесь в поддержку.',
  NOT_FOUND: 'Ничего не найдено.',
  INVITE_CODE_NOT_FOUND: 'Такого кода приглашения нет, или владелец его удалил.',
  INVITE_CODE_OWN: 'Нельзя активировать собственный код приглашения.',
  INVITE_CODE_EXPIRED: 'Срок действия этого кода приглашения истёк.',
  ALREADY_ACTIVATED: ({ inviteCode }) => `Вы уже активировали код приглашения ${inviteCode}.`,
  REFERRAL_CYCLE:
    'Нельзя активировать код приглашения того, кого пригласили вы сами или приглашённые вами.',
  REFERRER_BLOCKED: 'Владелец этого кода приглашения заблокирован.',
  ACTIVE_INVITE_CODE_EXISTS: 'У вас уже есть действующий код приглашения. Сначала удалите его.',
  INVITE_CODE_TAKEN: 'Этот код приглашения занят. Выберите другой.',
  INVITE_CODE_LIMIT:
    'Вы уже выбрали столько кодов приглашения, сколько можно одному аккаунту. Создайте случайный.',
  PHONE_TAKEN: 'Этот номер телефона привязан к другому аккаунту.',
  EMAIL_TAKEN: 'Эта почта привязана к другому аккаунту.',
  LAST_ADMIN: 'Это последний администратор. Сначала назначьте другого.',
  ACCOUNT_OWN: 'Нельзя заблокировать собственный аккаунт.',
  PAYLOAD_TOO_LARGE: 'Запрос слишком большой.',
  RATE_LIMITED: ({ retryAfter }) =>
    `Слишком много запросов. Повторите попытку ${inTime('ru', retryAfter)}.`,
  CODE_ATTEMPTS_EXCEEDED: ({ retryAfter }) =>
    `Слишком много неверных кодов. Повторите попытку ${inTime('ru', retryAfter)}.`,
  INTERNAL: 'Произошла ошибка на сервере. Повторите попытку позже.',
  UNAVAILABLE: 'Сервис временно недоступен. Повторите попытку чуть позже.',
};

/** Chooses the form for a number and replaces its `#` with the number. */
function plural(
  locale: string,
  count: number,
  forms: Partial<Record<Intl.LDMLPluralRule, string>>,
): string {
  const form = forms[new Intl.PluralRules(locale).select(count)] ?? '#';
  return form.replace('#', String(count));
}

function countryName(locale: string, country: string): string {
  return new Intl.DisplayNames(locale, { type: 'region' }).of(country) ?? country;
}

/** Returns a duration in words, such as "in 24 hours", rounded up to a whole unit. */
function inTime(locale: string, seconds = 1): string {
  const ms = seconds * SECOND;
  const format = new Intl.RelativeTimeFormat(locale);
  if (ms <= 90 * SECOND) return format.format(seconds, 'second');
  if (ms <= 90 * MINUTE) return format.format(Math.ceil(ms / MINUTE), 'minute');
  return format.format(Math.ceil(ms / HOUR), 'hour');
}
