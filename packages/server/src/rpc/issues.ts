import { type core, locales } from 'zod';
import { type IssueName, issueMessage, type Locale } from '../core/messages.ts';

/** An invalid field of the input. */
export interface Issue {
  /** Path to the field, such as `['limit']`. */
  path: (string | number)[];
  message: string;
}

const ZOD_MESSAGES = { en: locales.en().localeError, ru: locales.ru().localeError };

/** Translates a Zod issue to the caller's language. */
export function localizeIssue(issue: core.$ZodIssue, locale: Locale, input: unknown): Issue {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const raw = { ...issue, input: valueAt(input, path) } as core.$ZodRawIssue;
  const translated =
    issue.code === 'custom' ? customMessage(issue, locale) : ZOD_MESSAGES[locale](raw);
  const message = typeof translated === 'string' ? translated : translated?.message;
  return { path, message: message ?? issue.message };
}

function customMessage({ params }: core.$ZodIssueCustom, locale: Locale): string | undefined {
  const { name } = (params ?? {}) as { name?: IssueName };
  return name && issueMessage(locale, name);
}

function valueAt(input: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    input,
  );
}
