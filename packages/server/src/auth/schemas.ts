import { z } from 'zod';
import { CODE_PURPOSES } from '../core/code-purposes.ts';
import { time } from '../core/schemas.ts';
import { profile } from '../profile/schemas.ts';

/** Names a requested code; opaque to clients. */
export const challenge = z.uuid().meta({ example: '5f1d9c1e-8a53-4f1b-9d51-0d1b6a0f3a52' });

export const codePurpose = z
  .enum(CODE_PURPOSES)
  .default('signIn')
  .describe('What the code is for. It serves no other purpose');

export const requestedCode = z.object({
  phone: z
    .string()
    .describe('The phone as read from the input, in E.164')
    .meta({ example: '+79991234567' }),
  codeLength: z.number().int(),
  challenge: challenge.describe(
    'Send it with the code: codes that others request for this phone then do not matter',
  ),
  expiresAt: time,
  resendAt: time.describe('When another code may be requested'),
  devCode: z.string().optional().describe('The code itself, in development only'),
});

export const oneTimeCode = z
  .string()
  .trim()
  .regex(/^[0-9]{4,10}$/, { error: 'A code is 4 to 10 digits' })
  .meta({ example: '1234' });

/** In Unicode code points (NIST SP 800-63B-4, 3.1.1.2), which also rejects common passwords. */
const MIN_PASSWORD_LENGTH = 8;
const MAX_PASSWORD_LENGTH = 128;

/** A password to set, of any characters. */
export const newPassword = z
  .string()
  .check(({ value, issues }) => {
    const length = [...value].length;
    const bounds = { origin: 'string', inclusive: true, input: value } as const;
    if (length < MIN_PASSWORD_LENGTH)
      issues.push({ code: 'too_small', minimum: MIN_PASSWORD_LENGTH, ...bounds });
    if (length > MAX_PASSWORD_LENGTH)
      issues.push({ code: 'too_big', maximum: MAX_PASSWORD_LENGTH, ...bounds });
  })
  .describe('Any characters. Common passwords are rejected.')
  .meta({
    minLength: MIN_PASSWORD_LENGTH,
    maxLength: MAX_PASSWORD_LENGTH,
    example: 'correct horse battery staple',
  });

/** A password to compare. Its limit is wider: a password that could never be set is just wrong. */
export const passwordInput = z
  .string()
  .min(1)
  .max(2 * MAX_PASSWORD_LENGTH)
  .meta({ example: 'correct horse battery staple' });

/** A proof of who the user is: a code of their own phone, or their password. */
export const reauthentication = z
  .object({
    code: oneTimeCode.optional().describe('A code sent to your own phone'),
    challenge: challenge.optional(),
    password: passwordInput.optional(),
  })
  .refine(({ code, password }) => (code === undefined) !== (password === undefined), {
    params: { name: 'ONE_PROOF' },
    path: ['code'],
  });

export const refreshToken = z.string().min(1).max(200);

export const transport = z
  .enum(['bearer', 'cookie'])
  .default('bearer')
  .describe(
    '`bearer` returns tokens. `cookie`, for browsers, sets a session cookie and returns no token.',
  );

/** Contains all of the token fields, or with the transport `cookie` none of them. */
export const session = z
  .object({
    user: profile,
    isNewUser: z.boolean(),
    tokenType: z.literal('Bearer').optional(),
    accessToken: z.string().optional().describe('A JWT. Send it as `Authorization: Bearer`.'),
    expiresIn: z.number().int().optional().describe('Seconds until the access token expires'),
    refreshToken: z.string().optional().describe('Works once. Each refresh returns the next one.'),
  })
  .meta({ id: 'Session' });
