import { z } from 'zod';
import type { Context } from '../context.ts';
import { checkInput, DomainError } from '../errors.ts';
import type { OpenedSession, Transport } from './open-session.ts';

/**
 * Refuses a sign-in by cookie that another site made a browser send, and one whose answer cannot set it.
 * @throws DomainError FORBIDDEN, INPUT_INVALID
 */
export function refuseUnfitForCookie({ cookie, foreign }: Context, transport: Transport): void {
  if (transport !== 'cookie') return;
  if (foreign) throw new DomainError('FORBIDDEN');
  const possible = z.refine(() => cookie.isWritable(), { params: { name: 'COOKIE_IN_STREAM' } });
  checkInput(z.object({ transport: z.string().check(possible) }), { transport });
}

/** A Session as it travels; by cookie it carries no token. */
export async function answerSession(
  { deps, cookie, origin }: Context,
  { profile: user, sessionId, isNewUser, refreshToken }: OpenedSession,
) {
  if (refreshToken === undefined) {
    await cookie.write(sessionId);
    return { user, isNewUser };
  }
  return {
    user,
    isNewUser,
    tokenType: 'Bearer' as const,
    accessToken: deps.accessTokens.sign({ userId: user.id, sessionId }, origin),
    expiresIn: deps.config.ACCESS_TOKEN_TTL,
    refreshToken,
  };
}
