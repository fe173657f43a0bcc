import { z } from 'zod';
import { email } from '../core/email.ts';
import { parsePhone } from '../core/phone.ts';
import { inviteCodeInput, phoneInput } from '../core/schemas.ts';
import { readProfile } from '../profile/profile.ts';
import { displayName, profile } from '../profile/schemas.ts';
import { rest } from '../rpc/route.ts';
import { limitedProcedure, signedInProcedure } from '../rpc/trpc.ts';
import { linkPhone } from './link-phone.ts';
import { logIn } from './log-in.ts';
import { setPassword } from './passwords/set.ts';
import { register } from './register.ts';
import { newPassword, oneTimeCode, passwordInput, session, transport } from './schemas.ts';
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

  linkPhone: signedInProcedure
    .meta(
      rest('POST /auth/link/phone', {
        tag: 'auth',
        summary: 'Link or re-verify a phone',
        description: 'Takes a code requested at `/auth/code`. The phone replaces the current one.',
        errors: [
          'PHONE_INVALID',
          'PHONE_TAKEN',
          'CODE_WRONG',
          'CODE_EXPIRED',
          'CODE_ATTEMPTS_EXCEEDED',
        ],
      }),
    )
    .input(z.object({ phone: phoneInput, code: oneTimeCode }))
    .output(profile)
    .mutation(async ({ ctx: { deps, caller, client }, input: { phone, code } }) => {
      await linkPhone(deps, {
        userId: caller.userId,
        phone: parsePhone(phone, deps.config.DEFAULT_REGION),
        code,
        client,
      });
      return readProfile(deps, caller.userId);
    }),

  setPassword: signedInProcedure
    .meta(
      rest('POST /auth/password', {
        tag: 'auth',
        summary: 'Set or change my password',
        description: 'Changing it requires the current password and revokes all other sessions.',
        errors: [
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
    .mutation(async ({ ctx: { deps, caller, client }, input }) => {
      await setPassword(deps, { ...input, caller, client });
      return readProfile(deps, caller.userId);
    }),
};
