import { z } from 'zod';

export const referralSettings = {
  REFERRAL_PHONES: z
    .enum(['full', 'masked'])
    .default('full')
    .describe(
      "How referrers see their referees' phones: `full`, or `masked` as `+7 *** ***-45-67`.",
    ),
  REFERRAL_ABUSE: z
    .enum(['off', 'record', 'enforce'])
    .default('record')
    .describe(
      'Rules against referral abuse: bursts, one address or subnet, throw-away emails, sign-up right after a deletion. `record` stores findings for admins, `enforce` also refuses the activation.',
    ),
};
