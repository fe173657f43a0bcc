import { z } from 'zod';
import { referral } from '../referral/schemas.ts';
import { id, inviteCode, phone, time } from '../schemas.ts';

export const role = z.enum(['user', 'admin']);

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
    role,
    phoneVerified: z.boolean(),
    inviteCode: inviteCode.nullable().describe('null after its owner deleted it'),
    inviteCodeExpiresAt: time.nullable().describe('null: never'),
    activatedInviteCode: inviteCode.nullable().describe('Whose code this user activated'),
    referrerId: id.nullable(),
    referralCount: z.number().int(),
    referrals: z.array(referral).describe('The newest 20'),
    createdAt: time,
    person: person
      .nullable()
      .optional()
      .describe('What a person API knows of the email: for the owner alone'),
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

/** A name as a person gives it: no blanks around, nothing that is no text. */
export const displayName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^\P{C}*$/u, { error: 'Control characters are no part of a name' })
  .meta({ example: 'Anna' });
