import { z } from 'zod';
import { id, inviteCode, phone, time } from '../core/schemas.ts';
import { referral } from '../referral/schemas.ts';

export const role = z.enum(['user', 'admin']);

const person = z
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

/** No literal: trpc-openapi describes no query parameter of that kind. */
export const confirmation = z
  .boolean()
  .refine((confirmed) => confirmed, { params: { name: 'NOT_CONFIRMED' } })
  .describe('true: what is deleted does not come back')
  .meta({ example: true });

export const profileExport = z
  .object({
    exportedAt: time,
    user: z.object({
      id,
      phone: phone.nullable(),
      phoneVerifiedAt: time.nullable(),
      email: z.string().nullable(),
      emailVerdict: z.enum(['deliverable', 'risky', 'unknown']).nullable(),
      hasPassword: z.boolean(),
      displayName: z.string().nullable(),
      person: person.nullable(),
      role,
      status: z.enum(['active', 'blocked', 'deleted']),
      referralCount: z.number().int(),
      createdAt: time,
    }),
    inviteCodes: z.array(
      z.object({
        code: inviteCode,
        createdAt: time,
        expiresAt: time.nullable(),
        retiredAt: time.nullable(),
      }),
    ),
    referral: z
      .object({ referrerId: id, topId: id, inviteCode, activatedAt: time })
      .nullable()
      .describe('Whose code I activated'),
    referees: z.array(z.object({ id, inviteCode, activatedAt: time })),
    activationOrigin: z
      .object({ inviteCode, address: z.string(), subnet: z.string(), at: time })
      .nullable()
      .describe('Where my activation came from; kept for two days'),
    findings: z
      .array(
        z.object({
          id,
          at: time,
          rule: z.string(),
          reason: z.string(),
          refused: z.boolean(),
          refereeId: id.nullable(),
          referrerId: id,
          inviteCode,
        }),
      )
      .describe('What the rules against referral abuse noticed'),
    sessions: z.array(
      z.object({
        id,
        transport: z.enum(['bearer', 'cookie']),
        ip: z.string().nullable(),
        userAgent: z.string().nullable(),
        createdAt: time,
        lastUsedAt: time,
        expiresAt: time,
        revokedAt: time.nullable(),
        refreshTokens: z.array(z.object({ createdAt: time, usedAt: time.nullable() })),
      }),
    ),
    oneTimeCodes: z
      .object({
        expiresAt: time,
        tries: z.number().int(),
        sentAt: z.array(time),
        failedAt: z.array(time),
      })
      .nullable(),
    auditEntries: z.array(
      z.object({
        id,
        at: time,
        actorId: id.nullable(),
        targetId: id.nullable(),
        action: z.string(),
        ip: z.string().nullable(),
        details: z.record(z.string(), z.unknown()).nullable(),
      }),
    ),
  })
  .meta({ id: 'ProfileExport' });
