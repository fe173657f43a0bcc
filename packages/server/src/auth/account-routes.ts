import { z } from 'zod';
import { email } from '../core/email.ts';
import { parsePhone } from '../core/phone.ts';
import { inviteCodeInput, phoneInput, time } from '../core/schemas.ts';
import { readProfile } from '../profile/profile.ts';
import { displayName, profile } from '../profile/schemas.ts';
import { rest } from '../rpc/route.ts';
import { limitedProcedure, limitedSignedInProcedure, signedInProcedure } from '../rpc/trpc.ts';
import { linkPhone } from './link-phone.ts';
import { logIn } from './log-in.ts';
import { setPassword } from './passwords/set.ts';
import { reauthenticate } from './reauthenticate.ts';
import { register } from './register.ts';
import {
  challenge,
  newPassword,
  oneTimeCode,
  passwordInput,
  reauthentication,
  session,
  transport,
} from './schemas.ts';
import { requireCookieSupport, sessionResponse } from './session-response.ts';

/** Procedures for passwords and for linking a phone. */
export const accountRoutes = {
  register: limitedProcedure('auth.register')
    .meta(
      rest('POST /auth/register', {
        tag: 'auth',
        summary: 'Sign up with an email and password',
        description:
          'An invite code is activated in the same transaction; if that fails, no account is created.',
        open: true,
        status: 201,
        errors: [
          'EMAIL_TAKEN',
          'EMAIL_UNDELIVERABLE',
          'EMAIL_DISPOSABLE',
          'FORBIDDEN',
          'PHONE_VERIFICATION_REQUIRED',
          'EMAIL_VERIFICATION_REQUIRED',
          'RATE_LIMITED',
          'INVITE_CODE_NOT_FOUND',
          'INVITE_CODE_EXPIRED',
          'REFERRER_BLOCKED',
          'ACTIVATION_REFUSED',
        ],
      }),
    )
    .input(
      z.object({
        email,
        password: newPassword,
        displayName: displayName.optional(),
        inviteCode: inviteCodeInput.optional(),
        transport,
      }),
    )
    .output(session)
    .mutation(async ({ ctx, input }) => {
      requireCookieSupport(ctx, input.transport);
      return sessionResponse(ctx, await register(ctx.deps, { ...input, client: ctx.client }));
    }),

  login: limitedProcedure('auth.login')
    .meta(
      rest('POST /auth/login', {
        tag: 'auth',
        summary: 'Sign in with an email and password',
        open: true,
        errors: ['CREDENTIALS_WRONG', 'FORBIDDEN', 'RATE_LIMITED', 'USER_BLOCKED'],
      }),
    )
    .input(z.object({ email, password: passwordInput, transport }))
    .output(session)
    .mutation(async ({ ctx, input: { email, ...input } }) => {
      requireCookieSupport(ctx, input.transport);
      return sessionResponse(
        ctx,
        await logIn(ctx.deps, { account: { email }, ...input, client: ctx.client }),
      );
    }),

  reauthenticate: limitedSignedInProcedure('auth.reauthenticate')
    .meta(
      rest('POST /auth/reauthenticate', {
        tag: 'auth',
        summary: 'Prove that it is still me',
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
        summary: 'Set or change my password',
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
