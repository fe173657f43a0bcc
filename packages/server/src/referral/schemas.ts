import { z } from 'zod';
import { id, inviteCode, phone, time, writtenTime } from '../core/schemas.ts';
import { isClean } from './profanity.ts';
import type { ReferralTree } from './tree.ts';

const status = z
  .enum(['active', 'blocked', 'deleted'])
  .describe('deleted: nothing else is known of this user any more');

export const referral = z
  .object({
    id: id.describe("The referee's id"),
    phone: phone.nullable(),
    displayName: z.string().nullable(),
    status,
    activatedAt: writtenTime,
  })
  .meta({ id: 'Referral' });

export const inviteCodeOfUser = z
  .object({
    code: inviteCode,
    createdAt: time,
    expiresAt: time.nullable().describe('null: never'),
    active: z.boolean().describe('false once it has expired'),
    link: z
      .url()
      .describe('Where to send people')
      .meta({ example: 'https://invite.example/i/K7MWQ2' }),
  })
  .meta({ id: 'InviteCode' });

/** Own wording of a code. */
export const wording = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9-]{4,20}$/, { error: 'A code is 4 to 20 of A-Z, 0-9 and -' })
  .refine(isClean, { error: 'Choose another wording' })
  .describe('Own wording, 4 to 20 of A-Z, 0-9 and -; case does not matter')
  .meta({ example: 'ANNA-2026' });

export const expiry = z.iso
  .datetime({ offset: true })
  .describe('In the future, at most a year ahead')
  .meta({ example: '2027-01-31T23:59:59+03:00' });

export const activation = z
  .object({ userId: id, referrerId: id, inviteCode, activatedAt: time })
  .meta({ id: 'Activation' });

export const checkedInviteCode = z
  .object({
    code: inviteCode,
    valid: z.boolean(),
    expiresAt: time.nullable(),
    referrerName: z.string().nullable(),
  })
  .meta({ id: 'CheckedInviteCode' });

export const foundInviteCode = z
  .object({ inviteCode, expiresAt: time.nullable().describe('null: never') })
  .meta({ id: 'FoundInviteCode' });

const count = z.number().int();

export const stats = z
  .object({
    direct: count.describe('Whom I brought'),
    total: count.describe('Whom I brought, whom they brought, and so on: the sum of byLevel'),
    byLevel: z
      .array(z.object({ level: count.describe('1 is direct'), count }))
      .describe('10 at most'),
    complete: z
      .boolean()
      .describe('false if the tree is too large to be counted whole: there are at least as many'),
    byDay: z
      .array(z.object({ day: z.iso.date().meta({ example: '2026-11-20' }), count }))
      .describe('Direct ones by UTC day, the oldest first'),
  })
  .meta({ id: 'ReferralStats' });

// Its type is written out, for TypeScript cannot infer one that speaks of itself.
export const tree: z.ZodType<ReferralTree, ReferralTree> = z
  .object({
    user: z.object({
      id,
      phone: z
        .string()
        .nullable()
        .describe('Masked for those whom the user did not bring themselves'),
      displayName: z.string().nullable(),
      status,
    }),
    referralCount: count.describe('All whom this user brought, also those not among children'),
    get children() {
      return z.array(tree).describe('The newest first');
    },
  })
  .meta({ id: 'ReferralTree' });
