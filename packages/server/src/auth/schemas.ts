import { z } from 'zod';
import { profile } from '../profile/schemas.ts';
import { id, time } from '../schemas.ts';

export const requestedCode = z.object({
  phone: z.string().describe('As it was understood, E.164').meta({ example: '+79991234567' }),
  codeLength: z.number().int(),
  expiresAt: time,
  resendAt: time.describe('When a next code may be asked for'),
  devCode: z.string().optional().describe('The code itself: in development only'),
});

export const oneTimeCode = z
  .string()
  .trim()
  .regex(/^[0-9]{4,10}$/, { error: 'A code is 4 to 10 digits' })
  .meta({ example: '1234' });

export const refreshToken = z.string().min(1).max(200);

export const session = z
  .object({
    user: profile,
    isNewUser: z.boolean(),
    tokenType: z.literal('Bearer'),
    accessToken: z.string().describe('A JWT, to send as Authorization: Bearer'),
    expiresIn: z.number().int().describe('Seconds until the access token expires'),
    refreshToken: z.string().describe('Works once: each refresh gives the next one'),
  })
  .meta({ id: 'Session' });

export const sessionList = z.object({
  items: z.array(
    z.object({
      id,
      createdAt: time,
      lastUsedAt: time,
      userAgent: z.string().nullable(),
      ip: z.string().nullable(),
      current: z.boolean().describe('The one this request came with'),
    }),
  ),
});

export const revoked = z.object({ revoked: z.number().int().describe('How many sessions ended') });
