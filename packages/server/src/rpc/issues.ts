import { type core, locales } from 'zod';
import { type IssueName, issueMessage, type Locale } from '../core/messages.ts';

export interface Issue {
  /** Where in the input, as in `['limit']`. */
  path: (string | number)[];
  message: string;
}

const WORDS = { en: locales.en().localeError, ru: locales.ru().localeError };

/** Zod's issue in the caller's language, with a path into their input. */
export function localizeIssue(issue: core.$ZodIssue, locale: Locale, input: unknown): Issue {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const raw = { ...issue, input: valueAt(input, path) } as core.$ZodRawIssue;
  const words = issue.code === 'custom' ? ownWords(issue, locale) : WORDS[locale](raw);
  const message = typeof words === 'string' ? words : words?.message;
  return { path, message: message ?? issue.message };
}

function ownWords({ params }: core.$ZodIssueCustom, locale: Locale): string | undefined {
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
