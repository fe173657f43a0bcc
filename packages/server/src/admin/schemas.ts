import { z } from 'zod';
import { id, inviteCode, phone, time } from '../core/schemas.ts';
import { userRole, userStatus } from '../identity/user-status.ts';
import { profile } from '../profile/schemas.ts';

export const adminUser = profile
  .omit({ person: true })
  .extend({ status: userStatus })
  .meta({ id: 'AdminUser' });

export const userSummary = adminUser.omit({ referrals: true }).meta({ id: 'UserSummary' });

const dayCounts = z.array(
  z.object({ day: z.string().meta({ example: '2026-11-20' }), count: z.number().int() }),
);

export const stats = z
  .object({
    users: z.number().int().describe('Excludes deleted users'),
    activations: z.number().int().describe('All time'),
    estimated: z
      .boolean()
      .describe('true if users or activations exceeds a million and is therefore an estimate'),
    blocked: z.number().int(),
    admins: z.number().int(),
    signUpsByDay: dayCounts.describe('By UTC day, oldest first, ending today'),
    activationsByDay: dayCounts,
    topReferrers: z
      .array(
        z.object({
          id,
          phone: phone.nullable(),
          displayName: z.string().nullable(),
          activations: z.number().int().describe('Within the requested days'),
          referralCount: z.number().int().describe('All time'),
        }),
      )
      .describe('The ten users with the most activations within the requested days'),
  })
  .meta({ id: 'Stats' });

export const auditEntry = z
  .object({
    id,
    at: time,
    actorId: id.nullable().describe('null if nobody was signed in'),
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
    expiresAt: time.nullable().describe('null if it never expires'),
    retiredAt: time
      .nullable()
      .describe('When it was replaced, deleted by its owner or revoked by an admin'),
    active: z.boolean(),
  })
  .meta({ id: 'IssuedInviteCode' });

export const ancestor = z
  .object({
    id,
    phone: phone.nullable(),
    displayName: z.string().nullable(),
    inviteCode: inviteCode.describe('The code that the user below activated'),
    activatedAt: time,
  })
  .meta({ id: 'Ancestor' });

export const exportedUser = z
  .object({
    id,
    phone: phone.nullable(),
    email: z.string().nullable(),
    displayName: z.string().nullable(),
    role: userRole,
    status: userStatus,
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
  cursor: z.uuid().optional().describe('nextCursor of the previous page'),
  limit: z.number().int().min(1).max(1000).default(1000),
});

/** An unparsed field of a file. Errors are reported per line instead of refusing the batch. */
const text = z.string().max(1000);

const batch = <Line extends z.ZodType>(line: Line) =>
  z.object({
    lines: z.array(line).min(1).max(500),
    dryRun: z
      .boolean()
      .default(false)
      .describe('true to report problems without changing anything'),
  });

export const userBatch = batch(
  z.object({
    phone: text,
    email: text.optional(),
    displayName: text.optional(),
    inviteCode: text
      .optional()
      .describe('An existing code, which keeps working. Random if left out.'),
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
    existing: z.number().int().describe('Lines imported before, left unchanged'),
    problems: z.array(
      z.object({
        index: z.number().int().describe('The index of the line in the batch, from 0'),
        field: z.string(),
        reason: z.string().meta({ example: 'PHONE_INVALID' }),
      }),
    ),
  })
  .meta({ id: 'Imported' });
