import { z } from 'zod';
import { webUrl } from '../core/setting-schemas.ts';

export const enrichmentSettings = {
  HUNTER_API_KEY: z
    .string()
    .optional()
    .describe(
      'Verifies emails at sign-up with Hunter; undeliverable and disposable ones are refused.',
    ),
  HUNTER_URL: webUrl.default('https://api.hunter.io/v2').describe('Address of the Hunter API.'),
  CLEARBIT_API_KEY: z
    .string()
    .optional()
    .describe('Looks up people who sign up with an email, in the background.'),
  CLEARBIT_URL: webUrl
    .default('https://person.clearbit.com/v2')
    .describe('Address of the Clearbit Person API.'),
};
