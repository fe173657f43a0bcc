import { z } from 'zod';
import { id, inviteCode, phone, time } from '../schemas.ts';

export const referral = z
  .object({
    id: id.describe("The referee's id"),
    phone: phone.nullable(),
    displayName: z.string().nullable(),
    activatedAt: time,
  })
  .meta({ id: 'Referral' });

export const inviteCodeOfUser = z
  .object({
    code: inviteCode,
    createdAt: time,
    expiresAt: time.nullable().describe('null: never'),
    active: z.boolean().describe('false once it has expired'),
  })
  .meta({ id: 'InviteCode' });

export const activation = z
  .object({ userId: id, referrerId: id, inviteCode, activatedAt: time })
  .meta({ id: 'Activation' });

export const checkedCode = z
  .object({
    code: inviteCode,
    valid: z.boolean(),
    expiresAt: time.nullable(),
    referrerName: z.string().nullable(),
  })
  .meta({ id: 'CheckedCode' });
