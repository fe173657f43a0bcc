import { z } from 'zod';
import { checkInput, DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { SessionCookie } from '../sessions/session-cookie.ts';
import type { IssuedSession, Transport } from './new-session.ts';

/** The parts of the request context that issuing a session requires. */
interface SessionContext {
  deps: Pick<Deps, 'accessTokens' | 'config'>;
  cookie: SessionCookie;
  /** True if another site made the browser send the request. */
  crossSite: boolean;
  /** Public address of the service: the issuer of tokens. */
  origin: string;
}

/**
 * Refuses a cookie sign-in if another site made the browser send it, or if the response cannot set
 * a cookie.
 * @throws DomainError FORBIDDEN, INPUT_INVALID
 */
export function requireCookieSupport(
  { cookie, crossSite }: Pick<SessionContext, 'cookie' | 'crossSite'>,
  transport: Transport,
): void {
  if (transport !== 'cookie') return;
  if (crossSite) throw new DomainError('FORBIDDEN');
  const isPossible = z.refine(() => cookie.isWritable(), { params: { name: 'COOKIE_IN_STREAM' } });
  checkInput(z.object({ transport: z.string().check(isPossible) }), { transport });
}

/** Builds the Session of a response. A cookie session sets the cookie and returns no token. */
export async function sessionResponse(
  { deps, cookie, origin }: SessionContext,
  { profile: user, sessionId, isNewUser, refreshToken }: IssuedSession,
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
