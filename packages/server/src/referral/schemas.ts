import { z } from 'zod';
import { id, inviteCode, isoTime, phone, time } from '../core/schemas.ts';
import { userStatus } from '../identity/user-status.ts';
import { isClean } from './profanity.ts';
import type { ReferralTree } from './tree.ts';

const status = userStatus.describe('A deleted user has no phone and no name');

export const referral = z
  .object({
    id: id.describe("The referee's id"),
    phone: phone.nullable(),
    displayName: z.string().nullable(),
    status,
    activatedAt: isoTime,
  })
  .meta({ id: 'Referral' });

export const ownInviteCode = z
  .object({
    code: inviteCode,
    createdAt: time,
    expiresAt: time.nullable().describe('null if it never expires'),
    active: z.boolean().describe('false if the code has expired'),
    link: z
      .url()
      .describe('The page to share with people you invite')
      .meta({ example: 'https://invite.example/i/K7MWQ2' }),
  })
  .meta({ id: 'InviteCode' });

export const customCode = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9][A-Z0-9-]{2,18}[A-Z0-9]$/, {
    error: 'Use 4 to 20 letters (A-Z), digits and hyphens, but no hyphen at either end',
  })
  .refine(isClean, { error: 'Choose a code without offensive words' })
  .describe(
    'A custom code of 4 to 20 letters (A-Z), digits and hyphens, in any case. It begins and ends with a letter or digit and contains no reserved word. Random if left out.',
  )
  .meta({ example: 'ANNA-2026' });

export const expiry = z.iso
  .datetime({ offset: true })
  .nullable()
  .default(null)
  .describe('In the future, at most one year ahead; null or left out: never')
  .meta({ example: '2027-01-31T23:59:59+03:00' });

export const activation = z
  .object({ userId: id, referrerId: id, inviteCode, activatedAt: time })
  .meta({ id: 'Activation' });

export const checkedInviteCode = z
  .object({
    code: inviteCode,
    valid: z.boolean().describe('true if the code can be activated'),
    expiresAt: time.nullable().describe('null if it never expires'),
    referrerName: z.string().nullable().describe('null if unset, or if the code is not valid'),
  })
  .meta({ id: 'CheckedInviteCode' });

export const foundInviteCode = z
  .object({ inviteCode, expiresAt: time.nullable().describe('null if it never expires') })
  .meta({ id: 'FoundInviteCode' });

const count = z.number().int();

export const stats = z
  .object({
    direct: count.describe('Users you referred directly'),
    total: count.describe('Users you referred directly or through others: the sum of byLevel'),
    byLevel: z
      .array(z.object({ level: count.describe('1 for direct referrals'), count }))
      .describe('At most 10 levels'),
    complete: z
      .boolean()
      .describe('false if the tree is too large to count: the counts are then lower bounds'),
    byDay: z
      .array(z.object({ day: z.iso.date().meta({ example: '2026-11-20' }), count }))
      .describe('Direct referrals by UTC day, oldest first'),
  })
  .meta({ id: 'ReferralStats' });

// Annotated because TypeScript cannot infer a recursive type.
export const tree: z.ZodType<ReferralTree, ReferralTree> = z
  .object({
    user: z.object({
      id,
      phone: z.string().nullable().describe('Masked unless this is the user or a direct referral'),
      displayName: z.string().nullable(),
      status,
    }),
    referralCount: count.describe('All direct referrals, including those left out of children'),
    get children() {
      return z.array(tree).describe('Newest first');
    },
  })
  .meta({ id: 'ReferralTree' });
