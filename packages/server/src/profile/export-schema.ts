import { z } from 'zod';
import { id, inviteCode, phone, time } from '../core/schemas.ts';
import { userRole, userStatus } from '../identity/user-status.ts';
import { person } from './schemas.ts';

export const profileExport = z
  .object({
    exportedAt: time,
    user: z.object({
      id,
      phone: phone.nullable(),
      phoneVerifiedAt: time.nullable(),
      email: z.string().nullable(),
      emailVerifiedAt: time.nullable(),
      emailVerdict: z.enum(['deliverable', 'risky', 'unknown']).nullable(),
      hasPassword: z.boolean(),
      displayName: z.string().nullable(),
      person: person.nullable(),
      role: userRole,
      status: userStatus,
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
      .describe('Your own activation'),
    referees: z.array(z.object({ id, inviteCode, activatedAt: time })),
    activationOrigin: z
      .object({
        referrerId: id.nullable(),
        inviteCode,
        address: z.string(),
        subnet: z.string(),
        device: z.string().nullable(),
        at: time,
      })
      .nullable()
      .describe('Where you activated from. Kept for two days.'),
    formerIdentities: z
      .array(z.object({ at: time }))
      .describe('When you replaced a phone or email. Only a hash of it is kept.'),
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
      .describe('Findings of the referral abuse rules about you'),
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
        reauthenticatedAt: time.nullable(),
        refreshTokens: z.array(z.object({ createdAt: time, usedAt: time.nullable() })),
      }),
    ),
    oneTimeCodes: z
      .object({
        expiresAt: time,
        codeExpiresAt: z.array(time),
        codeAttempts: z.array(z.number().int()).describe('Wrong guesses per code'),
        sentAt: z.array(time),
        reservedSentAt: z.array(time),
        failedAt: z.array(time),
        reservedFailedAt: z.array(time),
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
