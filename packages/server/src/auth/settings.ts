import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { isPhone } from '../core/phone.ts';
import { list, wholeNumber } from '../core/setting-schemas.ts';
import type { TestPhone } from '../core/test-phone.ts';

const testPhones = list.transform((items, ctx) =>
  items.map((item): TestPhone => {
    const [, phone, code] = /^(\+\d{1,15}\*?):(\d{1,10})$/.exec(item) ?? [];
    if (!phone || !code) ctx.addIssue(`"${item}" is not like +79990000000:1111 or +7999*:1234`);
    return { phone: phone ?? '', code: code ?? '' };
  }),
);

export const authSettings = {
  DEFAULT_REGION: z
    .string()
    .refine(isSupportedCountry, { error: 'is not a country code' })
    .default('RU')
    .describe('Country (ISO 3166-1 alpha-2) of phones written without `+`.'),
  ADMIN_PHONES: list
    .refine((phones) => phones.every(isPhone), {
      error: 'must be phones like +79991234567, separated by commas',
    })
    .describe('Phones whose owners become admins at their next sign-in.'),
  CODE_LENGTH: z.coerce
    .number()
    .int()
    .min(4)
    .max(10)
    .optional()
    .describe('Digits of a one-time code. In production, admins get at least 6.')
    .meta({ shownDefault: '`4`; `6` in production' }),
  CODE_TTL: wholeNumber(300).describe('Seconds a one-time code is valid.'),
  CODE_RESEND_AFTER: wholeNumber(60, 0).describe(
    'Seconds before the same phone can request another code.',
  ),
  CODE_MAX_ATTEMPTS: wholeNumber(5).describe('Wrong guesses allowed per code.'),
  CODE_MAX_FAILURES_PER_DAY: wholeNumber(10).describe(
    'Wrong guesses allowed per phone in 24 hours, across all its codes (NIST SP 800-63B). Two of them are kept for addresses where its owner has signed in before.',
  ),
  CODE_SENDS_PER_HOUR: wholeNumber(5).describe('Codes sent to one phone per hour.'),
  CODE_SENDS_PER_DAY: wholeNumber(10).describe('Codes sent to one phone per day.'),
  TEST_PHONES: testPhones.describe(
    'Phones with a fixed code, such as `+79990000000:1111,+7999*:1234`. Nothing is sent to them and no send limits apply. In production, they must not cover `ADMIN_PHONES`.',
  ),
  TEST_PHONES_IN_PRODUCTION: z
    .enum(['yes', 'no'])
    .default('no')
    .describe('`yes` allows `TEST_PHONES` in production.'),
  ACCESS_TOKEN_TTL: wholeNumber(900).describe('Seconds an access token is valid.'),
  REFRESH_TOKEN_TTL: wholeNumber(2_592_000).describe('Seconds a session lives after its last use.'),
  SESSION_MAX_AGE: wholeNumber(15_552_000, 0).describe(
    'Seconds a session lives at most, however much it is used. `0` means no limit.',
  ),
  PHONE_VERIFICATION_TTL: wholeNumber(0, 0).describe(
    'Seconds after which a phone must be verified again before its owner may activate or create invite codes. `0` means never.',
  ),
};
