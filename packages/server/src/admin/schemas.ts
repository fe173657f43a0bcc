import { z } from 'zod';
import { id, inviteCode, phone, time } from '../core/schemas.ts';
import { profile, role } from '../profile/schemas.ts';

/** Blocked users cannot sign in; of deleted ones nothing personal is left. */
export const status = z.enum(['active', 'blocked', 'deleted']);

export const adminUser = profile.extend({ status }).meta({ id: 'AdminUser' });

export const account = profile.omit({ referrals: true }).extend({ status }).meta({ id: 'Account' });

const dayCounts = z.array(
  z.object({ day: z.string().meta({ example: '2026-11-20' }), count: z.number().int() }),
);

export const stats = z
  .object({
    users: z.number().int().describe('Without deleted ones'),
    activations: z.number().int().describe('Of all time'),
    estimated: z.boolean().describe('Beyond a million, the two are not counted one by one'),
    blocked: z.number().int(),
    admins: z.number().int(),
    signUpsByDay: dayCounts.describe('By UTC, the oldest first, today last'),
    activationsByDay: dayCounts,
    topReferrers: z
      .array(
        z.object({
          id,
          phone: phone.nullable(),
          displayName: z.string().nullable(),
          activations: z.number().int().describe('In these days'),
          referralCount: z.number().int().describe('Of all time'),
        }),
      )
      .describe('The ten with the most activations in these days'),
  })
  .meta({ id: 'Stats' });

export const auditEntry = z
  .object({
    id,
    at: time,
    actorId: id.nullable().describe('null: nobody who is signed in'),
    action: z.string().meta({ example: 'auth.signed_in' }),
    targetId: id.nullable(),
    ip: z.string().nullable(),
    details: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'AuditEntry' });

export const issuedInviteCode = z
  .object({
    code: inviteCode,
    createdAt: time,
    expiresAt: time.nullable(),
    retiredAt: time.nullable().describe('When its owner or an admin took it back'),
    active: z.boolean(),
  })
  .meta({ id: 'IssuedInviteCode' });

export const ancestor = z
  .object({
    id,
    phone: phone.nullable(),
    displayName: z.string().nullable(),
    inviteCode: inviteCode.describe('What the user below activated'),
    activatedAt: time,
  })
  .meta({ id: 'Ancestor' });

export const exportedUser = z
  .object({
    id,
    phone: phone.nullable(),
    email: z.string().nullable(),
    displayName: z.string().nullable(),
    role,
    status,
    inviteCode: inviteCode.nullable(),
    referralCount: z.number().int(),
    createdAt: time,
  })
  .meta({ id: 'ExportedUser' });

export const exportedReferral = z
  .object({
    refereeId: id,
    refereePhone: phone.nullable(),
    referrerId: id,
    referrerPhone: phone.nullable(),
    inviteCode,
    activatedAt: time,
  })
  .meta({ id: 'ExportedReferral' });

export const exportInput = z.object({
  cursor: z.uuid().optional().describe('nextCursor of the page before'),
  limit: z.number().int().min(1).max(1000).default(1000),
});

/** A field as it stands in a file: what is wrong with it is said of its line, not of the batch. */
const text = z.string().max(1000);

const batch = <Line extends z.ZodType>(line: Line) =>
  z.object({
    lines: z.array(line).min(1).max(500),
    dryRun: z.boolean().default(false).describe('Find what is wrong and change nothing'),
  });

export const userBatch = batch(
  z.object({
    phone: text,
    email: text.optional(),
    displayName: text.optional(),
    inviteCode: text.optional().describe('Their own, to go on working; else they get a new one'),
    status: text.optional().describe('active or blocked'),
    createdAt: text.optional().describe('ISO 8601'),
  }),
);

export const referralBatch = batch(
  z.object({
    refereePhone: text,
    referrerPhone: text,
    activatedAt: text.optional().describe('ISO 8601'),
  }),
);

export const imported = z
  .object({
    created: z.number().int(),
    existing: z.number().int().describe('There already, and left as they are'),
    problems: z.array(
      z.object({
        index: z.number().int().describe('Of the line in this batch, from 0'),
        field: z.string(),
        reason: z.string().meta({ example: 'PHONE_INVALID' }),
      }),
    ),
  })
  .meta({ id: 'Imported' });
