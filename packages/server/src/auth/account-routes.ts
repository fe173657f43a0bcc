import { z } from 'zod';
import { email } from '../core/email.ts';
import { inviteCodeInput } from '../core/schemas.ts';
import { displayName } from '../profile/schemas.ts';
import { rest } from '../rpc/route.ts';
import { limitedProcedure } from '../rpc/trpc.ts';
import { logIn } from './log-in.ts';
import { register } from './register.ts';
import { newPassword, passwordInput, session, transport } from './schemas.ts';
import { requireCookieSupport, sessionResponse } from './session-response.ts';

/** Procedures to sign up and in with a password. */
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
};
