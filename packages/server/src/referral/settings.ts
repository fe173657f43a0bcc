import { z } from 'zod';

export const referralSettings = {
  REFERRAL_PHONES: z
    .enum(['full', 'masked'])
    .default('full')
    .describe(
      "How referrers see their referees' phones: `full`, or `masked` like `+7 *** ***-45-67`.",
    ),
  REFERRAL_ABUSE: z
    .enum(['off', 'record', 'enforce'])
    .default('record')
    .describe(
      'What to do about suspicious activations: bursts, many from one address or subnet, ' +
        'disposable emails, and new accounts of recently deleted users. `record` stores findings ' +
        'for admins, `enforce` also refuses the activation.',
    ),
};
