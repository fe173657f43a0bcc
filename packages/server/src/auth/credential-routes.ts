import { z } from 'zod';
import { email } from '../core/email.ts';
import { parsePhone } from '../core/phone.ts';
import { phoneInput, time } from '../core/schemas.ts';
import { readProfile } from '../profile/profile.ts';
import { profile } from '../profile/schemas.ts';
import { rest } from '../rpc/route.ts';
import { limitedSignedInProcedure, signedInProcedure } from '../rpc/trpc.ts';
import { linkPhone } from './link-phone.ts';
import { setPassword } from './passwords/set.ts';
import { reauthenticate } from './reauthenticate.ts';
import { challenge, newPassword, oneTimeCode, passwordInput, reauthentication } from './schemas.ts';

/** Procedures that change how one signs in, and the proof that they require. */
export const credentialRoutes = {
  reauthenticate: limitedSignedInProcedure('auth.reauthenticate')
    .meta(
      rest('POST /auth/reauthenticate', {
        tag: 'auth',
        summary: 'Confirm your identity',
        description:
          'Takes a code requested at `/auth/code` for my own phone, with the purpose `reauthenticate`, or my password. For 10 minutes, like after a sign-in, I may change my phone, email and password, end other sessions and delete my account. Refreshing the session does not prolong it.',
        errors: [
          'CODE_WRONG',
          'CODE_EXPIRED',
          'CODE_ATTEMPTS_EXCEEDED',
          'CREDENTIALS_WRONG',
          'RATE_LIMITED',
        ],
      }),
    )
    .input(reauthentication)
    .output(z.object({ validUntil: time }))
    .mutation(async ({ ctx: { deps, caller, client }, input: { password, code, challenge } }) => {
      const proof = code === undefined ? { password: password as string } : { code, challenge };
      return { validUntil: await reauthenticate(deps, { caller, proof, client }) };
    }),

  linkPhone: signedInProcedure
    .meta(
      rest('POST /auth/link/phone', {
        tag: 'auth',
        summary: 'Link or re-verify a phone',
        description:
          'Takes a code requested at `/auth/code`. A new phone replaces the current one, requires a sign-in or reauthentication of the last 10 minutes, ends all other sessions, and is announced to the current one by SMS.',
        errors: [
          'REAUTHENTICATION_REQUIRED',
          'PHONE_INVALID',
          'PHONE_TAKEN',
          'CODE_WRONG',
          'CODE_EXPIRED',
          'CODE_ATTEMPTS_EXCEEDED',
          'RATE_LIMITED',
        ],
      }),
    )
    .input(z.object({ phone: phoneInput, code: oneTimeCode, challenge: challenge.optional() }))
    .output(profile)
    .mutation(async ({ ctx: { deps, caller, client, locale }, input: { phone, ...code } }) => {
      await linkPhone(deps, {
        caller,
        phone: parsePhone(phone, deps.config.DEFAULT_REGION),
        ...code,
        client,
        locale,
      });
      return readProfile(deps, caller.userId);
    }),

  setPassword: signedInProcedure
    .meta(
      rest('POST /auth/password', {
        tag: 'auth',
        summary: 'Set or change your password',
        description:
          'Requires the current password, or a sign-in or reauthentication of the last 10 minutes. Ends all other sessions, and is announced to the phone by SMS.',
        errors: [
          'REAUTHENTICATION_REQUIRED',
          'CREDENTIALS_WRONG',
          'EMAIL_TAKEN',
          'EMAIL_UNDELIVERABLE',
          'EMAIL_DISPOSABLE',
          'RATE_LIMITED',
        ],
      }),
    )
    .input(
      z.object({
        email: email.optional(),
        password: newPassword,
        currentPassword: passwordInput.optional(),
      }),
    )
    .output(profile)
    .mutation(async ({ ctx: { deps, caller, client, locale }, input }) => {
      await setPassword(deps, { ...input, caller, client, locale });
      return readProfile(deps, caller.userId);
    }),
};
