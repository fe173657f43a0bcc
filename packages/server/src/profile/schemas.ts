import { z } from 'zod';
import { id, inviteCode, phone, time } from '../core/schemas.ts';
import { userRole } from '../identity/user-status.ts';
import { referral } from '../referral/schemas.ts';

export const person = z
  .object({
    fullName: z.string().nullable(),
    bio: z.string().nullable(),
    location: z.string().nullable(),
    avatar: z.string().nullable(),
    site: z.string().nullable(),
    employer: z.string().nullable(),
    jobTitle: z.string().nullable(),
  })
  .meta({ id: 'Person' });

export const profile = z
  .object({
    id,
    phone: phone.nullable(),
    email: z.string().nullable(),
    displayName: z.string().nullable(),
    role: userRole,
    phoneVerified: z.boolean(),
    emailVerified: z.boolean(),
    inviteCode: inviteCode.nullable().describe('null if the user deleted it'),
    inviteCodeExpiresAt: time.nullable().describe('null if the code never expires'),
    activatedInviteCode: inviteCode.nullable().describe('The code that this user activated'),
    referrerId: id.nullable(),
    referralCount: z.number().int(),
    referrals: z.array(referral).describe('The newest 20'),
    createdAt: time,
    person: person
      .nullable()
      .optional()
      .describe('Public details found by email. Visible only to the user.'),
  })
  .meta({ id: 'Profile' });

export const publicProfile = z
  .object({
    id,
    phone: phone.nullable(),
    displayName: z.string().nullable(),
    inviteCode: inviteCode.nullable(),
    createdAt: time,
  })
  .meta({ id: 'PublicProfile' });

/** Trimmed, without control and other invisible characters. */
export const displayName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^\P{C}*$/u, { error: 'A name cannot contain control characters' })
  .meta({ example: 'Anna' });

/** Not `z.literal(true)`, which trpc-openapi cannot describe as a query parameter. */
export const confirmation = z
  .boolean()
  .refine((confirmed) => confirmed, { params: { name: 'NOT_CONFIRMED' } })
  .describe('Must be true, because the deletion cannot be undone')
  .meta({ example: true });
