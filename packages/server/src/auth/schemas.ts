import { z } from 'zod';
import { time } from '../core/schemas.ts';
import { profile } from '../profile/schemas.ts';

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

/** Characters are Unicode code points (NIST SP 800-63B-4, 3.1.1.2); the rest of its rules is a list of refused ones. */
const SHORTEST_PASSWORD = 8;
const LONGEST_PASSWORD = 128;

/** A password to set. Any characters will do. */
export const newPassword = z
  .string()
  .check(({ value, issues }) => {
    const length = [...value].length;
    const bounds = { origin: 'string', inclusive: true, input: value } as const;
    if (length < SHORTEST_PASSWORD)
      issues.push({ code: 'too_small', minimum: SHORTEST_PASSWORD, ...bounds });
    if (length > LONGEST_PASSWORD)
      issues.push({ code: 'too_big', maximum: LONGEST_PASSWORD, ...bounds });
  })
  .describe('Any characters; none of the passwords that are guessed first')
  .meta({
    minLength: SHORTEST_PASSWORD,
    maxLength: LONGEST_PASSWORD,
    example: 'correct horse battery staple',
  });

/** A password to compare. What never could be set is simply wrong. */
export const givenPassword = z
  .string()
  .min(1)
  .max(2 * LONGEST_PASSWORD)
  .meta({ example: 'correct horse battery staple' });

export const refreshToken = z.string().min(1).max(200);

export const transport = z
  .enum(['bearer', 'cookie'])
  .default('bearer')
  .describe('bearer: tokens in the answer. cookie, for browsers: a session cookie and no token');

/** The tokens are all there, or with the transport `cookie` none of them. */
export const session = z
  .object({
    user: profile,
    isNewUser: z.boolean(),
    tokenType: z.literal('Bearer').optional(),
    accessToken: z.string().optional().describe('A JWT, to send as Authorization: Bearer'),
    expiresIn: z.number().int().optional().describe('Seconds until the access token expires'),
    refreshToken: z.string().optional().describe('Works once: each refresh gives the next one'),
  })
  .meta({ id: 'Session' });
