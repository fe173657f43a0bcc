import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { WORLD } from '../../core/phone.ts';
import { list, wholeNumber } from '../../core/setting-schemas.ts';

const countries = list.refine(
  (items) => items.every((item) => item === WORLD || isSupportedCountry(item)),
  { error: `must be countries like DE,FR, or ${WORLD} for international networks` },
);

/** Settings for the countries that codes are sent to and for protection against SMS pumping. */
export const pumpingSettings = {
  SMS_COUNTRIES_ALLOWED: countries
    .describe(
      'Countries such as `DE,FR` that codes are sent to. `001` stands for satellite and other international networks.',
    )
    .meta({ shownDefault: 'all but `001`' }),
  SMS_COUNTRIES_DENIED: countries.describe('Countries that codes are not sent to.'),
  SMS_PUMPING: z
    .enum(['off', 'record', 'enforce'])
    .default('record')
    .describe(
      'What to do about codes that nobody enters: `record` logs and counts them, `enforce` also refuses requests with `RATE_LIMITED`.',
    ),
  SMS_UNVERIFIED_PER_COUNTRY: wholeNumber(200).describe(
    'Codes per country that may stay unverified in 24 hours.',
  ),
  SMS_UNVERIFIED_PER_ADDRESS: wholeNumber(20).describe(
    'Codes per IP address that may stay unverified in 24 hours.',
  ),
  SMS_UNVERIFIED_RATIO: z.coerce
    .number()
    .min(0)
    .default(1)
    .describe('Unverified codes allowed for each verified one, if that is more.'),
};
