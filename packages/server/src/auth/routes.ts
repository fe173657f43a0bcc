import { z } from 'zod';
import type { Context } from '../context.ts';
import { checkInput, DomainError } from '../errors.ts';
import { codeText } from '../messages.ts';
import { readProfile } from '../profile/profile.ts';
import { displayName, profile } from '../profile/schemas.ts';
import { rest } from '../rest-meta.ts';
import { id, inviteCodeInput, phoneInput } from '../schemas.ts';
import { limitedProcedure, router, signedInProcedure } from '../trpc.ts';
import { email } from './email.ts';
import { linkPhone } from './link-phone.ts';
import { logIn } from './log-in.ts';
import { issueCode } from './one-time-codes.ts';
import type { OpenedSession, Transport } from './open-session.ts';
import { parsePhone } from './phone.ts';
import { rotateRefreshToken } from './refresh-tokens.ts';
import { register } from './register.ts';
import {
  givenPassword,
  newPassword,
  oneTimeCode,
  refreshToken,
  requestedCode,
  revoked,
  session,
  sessionList,
  transport,
} from './schemas.ts';
import { listSessions, revokeAllSessions, revokeSession } from './sessions.ts';
import { setPassword } from './set-password.ts';
import { signInByPhone } from './sign-in.ts';

export const authRoutes = {
  requestCode: limitedProcedure('auth.requestCode')
    .meta(
      rest('POST /auth/code', {
        tag: 'auth',
        summary: 'Ask for a one-time code by SMS',
        open: true,
        errors: ['PHONE_INVALID', 'RATE_LIMITED'],
      }),
    )
    .input(z.object({ phone: phoneInput }))
    .output(requestedCode)
    .mutation(async ({ ctx: { deps, locale, log }, input }) => {
      const { config, sms } = deps;
      const phone = parsePhone(input.phone, config.DEFAULT_REGION);
      const { code, test, expiresAt, resendAt } = await issueCode(deps, phone);
      // Not awaited: a slow provider must not hold the answer, nor tell by its timing.
      if (!test)
        sms
          .send({ to: phone, text: codeText(locale, code) })
          .catch((error) => log.error({ err: error }, 'SMS not sent'));
      return {
        phone,
        codeLength: code.length,
        expiresAt,
        resendAt,
        ...(!config.production && { devCode: code }),
      };
    }),

  verifyCode: limitedProcedure('auth.verifyCode')
    .meta(
      rest('POST /auth/verify', {
        tag: 'auth',
        summary: 'Sign in with a one-time code',
        description:
          'A phone without an account gets one. An invite code given then is activated with it, or nothing happens at all.',
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
        ],
      }),
    )
    .input(
      z.object({
        phone: phoneInput,
        code: oneTimeCode,
        inviteCode: inviteCodeInput.optional(),
        transport,
      }),
    )
    .output(session)
    .mutation(async ({ ctx, input }) => {
      refuseUnfitForCookie(ctx, input.transport);
      const phone = parsePhone(input.phone, ctx.deps.config.DEFAULT_REGION);
      return answerSession(
        ctx,
        await signInByPhone(ctx.deps, { ...input, phone, client: ctx.client }),
      );
    }),

  register: limitedProcedure('auth.register')
    .meta(
      rest('POST /auth/register', {
        tag: 'auth',
        summary: 'Sign up with an email and a password',
        description: 'An invite code is activated with the new account, or nothing happens at all.',
        open: true,
        status: 201,
        errors: [
          'EMAIL_TAKEN',
          'FORBIDDEN',
          'PHONE_VERIFICATION_REQUIRED',
          'RATE_LIMITED',
          'INVITE_CODE_NOT_FOUND',
          'INVITE_CODE_EXPIRED',
          'REFERRER_BLOCKED',
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
      refuseUnfitForCookie(ctx, input.transport);
      return answerSession(ctx, await register(ctx.deps, { ...input, client: ctx.client }));
    }),

  login: limitedProcedure('auth.login')
    .meta(
      rest('POST /auth/login', {
        tag: 'auth',
        summary: 'Sign in with an email and a password',
        open: true,
        errors: ['CREDENTIALS_WRONG', 'FORBIDDEN', 'RATE_LIMITED', 'USER_BLOCKED'],
      }),
    )
    .input(z.object({ email, password: givenPassword, transport }))
    .output(session)
    .mutation(async ({ ctx, input: { email, ...input } }) => {
      refuseUnfitForCookie(ctx, input.transport);
      return answerSession(
        ctx,
        await logIn(ctx.deps, { account: { email }, ...input, client: ctx.client }),
      );
    }),

  refresh: limitedProcedure('auth.refresh')
    .meta(
      rest('POST /auth/refresh', {
        tag: 'auth',
        summary: 'Trade a refresh token for a new pair',
        open: true,
        errors: ['TOKEN_INVALID', 'REFRESH_REUSED', 'USER_BLOCKED', 'RATE_LIMITED'],
      }),
    )
    .input(z.object({ refreshToken }))
    .output(session)
    .mutation(async ({ ctx, input }) => {
      const rotated = await rotateRefreshToken(ctx.deps, input.refreshToken, ctx.client);
      return answerSession(ctx, { ...rotated, isNewUser: false });
    }),

  linkPhone: signedInProcedure
    .meta(
      rest('POST /auth/link/phone', {
        tag: 'auth',
        summary: 'Make a phone mine, or verify it again',
        description:
          'With a code asked for at `/auth/code`. It takes the place of the phone there was.',
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
        description: 'Changing it takes the current one and ends all other sessions.',
        errors: ['CREDENTIALS_WRONG', 'EMAIL_TAKEN', 'RATE_LIMITED'],
      }),
    )
    .input(
      z.object({
        email: email.optional(),
        password: newPassword,
        currentPassword: givenPassword.optional(),
      }),
    )
    .output(profile)
    .mutation(async ({ ctx: { deps, caller, client }, input }) => {
      await setPassword(deps, { ...input, caller, client });
      return readProfile(deps, caller.userId);
    }),

  logout: signedInProcedure
    .meta(rest('POST /auth/logout', { tag: 'auth', summary: 'End this session, or all of them' }))
    .input(z.object({ everywhere: z.boolean().default(false) }).default({ everywhere: false }))
    .output(revoked)
    .mutation(async ({ ctx: { deps, caller, cookie }, input }) => {
      const revoked = input.everywhere
        ? await revokeAllSessions(deps, deps.database, caller.userId)
        : await revokeSession(deps, caller.userId, caller.sessionId);
      await cookie.clear();
      return { revoked };
    }),

  sessions: signedInProcedure
    .meta(rest('GET /auth/sessions', { tag: 'auth', summary: 'Where I am signed in' }))
    .input(z.void())
    .output(sessionList)
    .query(async ({ ctx: { deps, caller } }) => ({ items: await listSessions(deps, caller) })),

  revokeSession: signedInProcedure
    .meta(
      rest('DELETE /auth/sessions/{id}', {
        tag: 'auth',
        summary: 'End one of my sessions',
        errors: ['NOT_FOUND'],
      }),
    )
    .input(z.object({ id }))
    .output(revoked)
    .mutation(async ({ ctx: { deps, caller }, input }) => ({
      revoked: await revokeSession(deps, caller.userId, input.id),
    })),
};

export const authRouter = router(authRoutes);

/**
 * Refuses a sign-in by cookie that another site made a browser send, and one whose answer cannot set it.
 * @throws DomainError FORBIDDEN, INPUT_INVALID
 */
function refuseUnfitForCookie({ cookie, foreign }: Context, transport: Transport): void {
  if (transport !== 'cookie') return;
  if (foreign) throw new DomainError('FORBIDDEN');
  const possible = z.refine(() => cookie.writable, { params: { name: 'COOKIE_IN_STREAM' } });
  checkInput(z.object({ transport: z.string().check(possible) }), { transport });
}

async function answerSession(
  { deps, cookie }: Context,
  { userId, sessionId, isNewUser, refreshToken }: OpenedSession,
) {
  if (refreshToken === undefined) {
    await cookie.write(sessionId);
    return { user: await readProfile(deps, userId), isNewUser };
  }
  const [user, accessToken] = await Promise.all([
    readProfile(deps, userId),
    deps.accessTokens.sign({ userId, sessionId }),
  ]);
  return {
    user,
    isNewUser,
    tokenType: 'Bearer' as const,
    accessToken,
    expiresIn: deps.config.ACCESS_TOKEN_TTL,
    refreshToken,
  };
}
