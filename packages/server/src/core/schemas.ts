import { z } from 'zod';

/** Wire shapes that several routers speak of. */

const asTime = { format: 'date-time', example: '2026-11-20T12:00:00.000Z' };

/** A time as it travels: ISO 8601 in UTC. */
export const time = z
  .codec(z.date(), z.string(), {
    decode: (date) => date.toISOString(),
    encode: (text) => new Date(text),
  })
  .meta({ type: 'string', ...asTime });

/** The same where the database has written it so. */
export const writtenTime = z.string().meta(asTime);

export const id = z
  .uuid()
  .describe('UUID v7')
  .meta({ example: '019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a' });

export const phoneInput = z
  .string()
  .max(40)
  .describe('In any form a person writes it; without + it is of DEFAULT_REGION')
  .meta({ example: '+7 (999) 123-45-67' });

export const phone = z.string().describe('E.164').meta({ example: '+79991234567' });

export const inviteCodeInput = z
  .string()
  .min(1)
  .max(64)
  .describe('Case and surrounding blanks do not matter')
  .meta({ example: 'K7MWQ2' });

export const inviteCode = z.string().meta({ example: 'K7MWQ2' });
