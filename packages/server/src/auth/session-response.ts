import { z } from 'zod';
import { checkInput, DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { SessionCookie } from '../sessions/session-cookie.ts';
import type { OpenedSession, Transport } from './open-session.ts';

/** What a session needs of its request. */
interface Exchange {
  deps: Pick<Deps, 'accessTokens' | 'config'>;
  cookie: SessionCookie;
  /** True if another site made a browser send the request. */
  foreign: boolean;
  /** Public address of the service: the issuer of tokens. */
  origin: string;
}

/**
 * Refuses a sign-in by cookie that another site made a browser send, and one whose answer cannot set it.
 * @throws DomainError FORBIDDEN, INPUT_INVALID
 */
export function requireCookieSupport(
  { cookie, foreign }: Pick<Exchange, 'cookie' | 'foreign'>,
  transport: Transport,
): void {
  if (transport !== 'cookie') return;
  if (foreign) throw new DomainError('FORBIDDEN');
  const possible = z.refine(() => cookie.isWritable(), { params: { name: 'COOKIE_IN_STREAM' } });
  checkInput(z.object({ transport: z.string().check(possible) }), { transport });
}

/** A Session as it travels; by cookie it carries no token. */
export async function sessionResponse(
  { deps, cookie, origin }: Exchange,
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
