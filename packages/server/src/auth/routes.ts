import { z } from 'zod';
import { parsePhone } from '../core/phone.ts';
import { id, inviteCodeInput, phoneInput } from '../core/schemas.ts';
import { rest } from '../rpc/route.ts';
import { limitedProcedure, router, signedInProcedure } from '../rpc/trpc.ts';
import { revokeSession, signOut, signOutEverywhere } from '../sessions/own-sessions.ts';
import { revoked, sessionList } from '../sessions/schemas.ts';
import { listSessions } from '../sessions/sessions.ts';
import { accountRoutes } from './account-routes.ts';
import { requestCode } from './codes/request.ts';
import { credentialRoutes } from './credential-routes.ts';
import { rotateRefreshToken } from './refresh.ts';
import {
  challenge,
  codePurpose,
  oneTimeCode,
  refreshToken,
  requestedCode,
  session,
  transport,
} from './schemas.ts';
import { requireCookieSupport, sessionResponse } from './session-response.ts';
import { signInByPhone } from './sign-in.ts';

export const authRouter = router({
  requestCode: limitedProcedure('auth.requestCode')
    .meta(
      rest('POST /auth/code', {
        tag: 'auth',
        summary: 'Request a one-time code by SMS',
        open: true,
        errors: ['PHONE_INVALID', 'RATE_LIMITED'],
      }),
    )
    .input(z.object({ phone: phoneInput, purpose: codePurpose }))
    .output(requestedCode)
    .mutation(async ({ ctx: { deps, locale, log, client }, input }) => {
      const { ip } = client;
      const { code, ...requested } = await requestCode(deps, { ...input, locale, ip, log });
      return {
        ...requested,
        codeLength: code.length,
        ...(!deps.config.production && { devCode: code }),
      };
    }),

  verifyCode: limitedProcedure('auth.verifyCode')
    .meta(
      rest('POST /auth/verify', {
        tag: 'auth',
        summary: 'Sign in with a one-time code',
        description:
          'Creates an account if the phone has none, and activates an invite code with it; if either fails, nothing is created.',
        open: true,
        errors: [
          'PHONE_INVALID',
          'FORBIDDEN',
          'CODE_WRONG',
          'CODE_EXPIRED',
          'CODE_ATTEMPTS_EXCEEDED',
          'RATE_LIMITED',
          'USER_BLOCKED',
          'INVITE_CODE_NOT_FOUND',
          'INVITE_CODE_EXPIRED',
          'REFERRER_BLOCKED',
          'ACTIVATION_REFUSED',
        ],
      }),
    )
    .input(
      z.object({
        phone: phoneInput,
        code: oneTimeCode,
        challenge: challenge.optional(),
        inviteCode: inviteCodeInput.optional(),
        transport,
      }),
    )
    .output(session)
    .mutation(async ({ ctx, input }) => {
      requireCookieSupport(ctx, input.transport);
      const phone = parsePhone(input.phone, ctx.deps.config.DEFAULT_REGION);
      return sessionResponse(
        ctx,
        await signInByPhone(ctx.deps, { ...input, phone, client: ctx.client }),
      );
    }),

  refresh: limitedProcedure('auth.refresh')
    .meta(
      rest('POST /auth/refresh', {
        tag: 'auth',
        summary: 'Exchange a refresh token for a new pair',
        open: true,
        errors: ['TOKEN_INVALID', 'REFRESH_REUSED', 'USER_BLOCKED', 'RATE_LIMITED'],
      }),
    )
    .input(z.object({ refreshToken }))
    .output(session)
    .mutation(async ({ ctx, input }) => {
      const rotated = await rotateRefreshToken(ctx.deps, input.refreshToken, ctx.client);
      return sessionResponse(ctx, rotated);
    }),

  logout: signedInProcedure
    .meta(
      rest('POST /auth/logout', {
        tag: 'auth',
        summary: 'Sign out of this session or all sessions',
        description: 'All sessions require a sign-in or reauthentication of the last 10 minutes.',
        errors: ['REAUTHENTICATION_REQUIRED'],
      }),
    )
    .input(z.object({ everywhere: z.boolean().default(false) }).default({ everywhere: false }))
    .output(revoked)
    .mutation(async ({ ctx: { deps, caller, cookie }, input }) => {
      const revoked = input.everywhere
        ? await signOutEverywhere(deps, caller)
        : await signOut(deps, caller);
      await cookie.clear();
      return { revoked };
    }),

  sessions: signedInProcedure
    .meta(rest('GET /auth/sessions', { tag: 'auth', summary: 'List your sessions' }))
    .input(z.void())
    .output(sessionList)
    .query(async ({ ctx: { deps, caller } }) => ({ items: await listSessions(deps, caller) })),

  revokeSession: signedInProcedure
    .meta(
      rest('DELETE /auth/sessions/{id}', {
        tag: 'auth',
        summary: 'Revoke one of your sessions',
        description:
          'Any but the current one requires a sign-in or reauthentication of the last 10 minutes.',
        errors: ['NOT_FOUND', 'REAUTHENTICATION_REQUIRED'],
      }),
    )
    .input(z.object({ id }))
    .output(revoked)
    .mutation(async ({ ctx: { deps, caller }, input }) => ({
      revoked: await revokeSession(deps, caller, input.id),
    })),

  ...accountRoutes,
  ...credentialRoutes,
});
