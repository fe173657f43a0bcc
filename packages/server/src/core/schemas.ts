import { z } from 'zod';

/** Schemas of fields that several routers share. */

const timeMeta = { format: 'date-time', example: '2026-11-20T12:00:00.000Z' };

/** A Date in code, ISO 8601 in UTC on the wire. */
export const time = z
  .codec(z.date(), z.string(), {
    decode: (date) => date.toISOString(),
    encode: (text) => new Date(text),
  })
  .meta({ type: 'string', ...timeMeta });

/** A time that the database has already formatted as ISO 8601 in UTC. */
export const isoTime = z.string().meta(timeMeta);

export const id = z
  .uuid()
  .describe('UUID v7')
  .meta({ example: '019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a' });

export const phoneInput = z
  .string()
  .max(40)
  .describe('In any common notation. Without `+`, the country is `DEFAULT_REGION`')
  .meta({ example: '+7 (999) 123-45-67' });

export const phone = z.string().describe('E.164').meta({ example: '+79991234567' });

export const inviteCodeInput = z
  .string()
  .min(1)
  .max(64)
  .describe('Case and surrounding spaces are ignored')
  .meta({ example: 'K7MWQ2' });

export const inviteCode = z.string().meta({ example: 'K7MWQ2' });
