import { z } from 'zod';
import { list } from '../core/setting-schemas.ts';
import { RESERVED_WORDS } from './reserved-words.ts';

export const referralSettings = {
  REFERRAL_PHONES: z
    .enum(['full', 'masked'])
    .default('full')
    .describe(
      "How referrers see their referees' phones: `full`, or `masked` like `+7 *** ***-45-67`.",
    ),
  REFERRAL_ABUSE: z
    .enum(['auto', 'off', 'record', 'enforce'])
    .default('auto')
    .describe(
      'What to do about suspicious activations: bursts, many from one device, address or subnet, ' +
        'disposable emails, and new accounts of recently deleted users. `record` stores findings ' +
        'for admins, `enforce` also refuses the activation. `auto` refuses bursts from one device ' +
        'or address in production, and records everything else.',
    ),
  INVITE_CODES_RESERVED: list
    .default(RESERVED_WORDS)
    .describe(
      'Words that custom invite codes may not contain, also not with look-alike digits (`ADM1N`).',
    )
    .meta({ shownDefault: `\`${RESERVED_WORDS.join(',')}\`` }),
};
