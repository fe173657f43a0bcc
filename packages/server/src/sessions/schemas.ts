import { z } from 'zod';
import { id, time } from '../core/schemas.ts';

export const sessionList = z.object({
  items: z.array(
    z.object({
      id,
      createdAt: time,
      lastUsedAt: time,
      userAgent: z.string().nullable(),
      ip: z.string().nullable(),
      current: z.boolean().describe('True for the session that sent this request'),
    }),
  ),
});

export const revoked = z.object({
  revoked: z.number().int().describe('Number of sessions revoked'),
});
