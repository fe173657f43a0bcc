import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import { InvitreeError } from './errors.ts';

export interface VerifierOptions {
  /** Where the server is: its public keys are fetched from `/.well-known/jwks.json` there. */
  url: string | URL;
  /** Whom tokens must name as their issuer and audience: the server's PUBLIC_URL, if that is not `url`. */
  issuer?: string | undefined;
  /** Seconds that this machine's clock may be apart from the server's. 5 if left out. */
  clockTolerance?: number | undefined;
  /** Milliseconds after which the keys are fetched anew. 600,000 if left out. */
  cacheMaxAge?: number | undefined;
  /** Instead of the global `fetch`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

/** Whom an access token speaks for. */
export interface VerifiedToken {
  userId: string;
  sessionId: string;
  issuedAt: Date;
  expiresAt: Date;
}

/** @throws InvitreeError TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID; UNAVAILABLE when the keys cannot be had */
export type Verify = (authorization: string | null | undefined) => Promise<VerifiedToken>;

/**
 * Verifies access tokens (RFC 9068) without asking the server: by its public keys, which are fetched
 * at the first token, kept, and fetched again when a token names a key that is new, at most every 30
 * seconds. Keep one for the life of the process. What it cannot see is a sign-out: a token stays good
 * until it expires, 15 minutes by default.
 * @example
 * const verify = createVerifier({ url: 'https://invitree.example.com' });
 * const { userId } = await verify(request.headers.get('authorization'));
 */
export function createVerifier(options: VerifierOptions): Verify {
  const { clockTolerance = 5, cacheMaxAge = 600_000, fetch } = options;
  const base = String(options.url).replace(/\/+$/, '');
  const { issuer = base } = options;
  const keys = createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`), {
    cacheMaxAge,
    ...(fetch && { [customFetch]: (url, init) => fetch(url, init as RequestInit) }),
  });
  return async (authorization) => {
    const token = authorization?.replace(/^Bearer +/i, '').trim();
    if (!token) throw refused('TOKEN_MISSING', 'There is no access token.');
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        // Tokens are for whoever trusts their issuer (RFC 9068, 4: both must be looked at).
        audience: issuer,
        clockTolerance,
        algorithms: ['ES256'],
        typ: 'at+jwt',
        requiredClaims: ['sub', 'sid', 'iat', 'exp'],
      });
      const { sub, sid, iat, exp } = payload as Required<typeof payload> & { sid: string };
      return {
        userId: sub,
        sessionId: sid,
        issuedAt: new Date(iat * 1000),
        expiresAt: new Date(exp * 1000),
      };
    } catch (cause) {
      throw explain(cause);
    }
  };
}

/** A token that is no good is a JOSE error of its own kind; all else is that the keys could not be had. */
function explain(cause: unknown): InvitreeError {
  if (cause instanceof errors.JWTExpired)
    return refused('TOKEN_EXPIRED', 'The access token has expired.', cause);
  const keysMissing =
    !(cause instanceof errors.JOSEError) ||
    cause instanceof errors.JWKSTimeout ||
    cause instanceof errors.JWKSInvalid ||
    cause.code === 'ERR_JOSE_GENERIC';
  return keysMissing
    ? new InvitreeError('UNAVAILABLE', "The server's public keys could not be fetched.", {
        status: 503,
        cause,
      })
    : refused('TOKEN_INVALID', 'The access token is not valid.', cause);
}

function refused(
  reason: 'TOKEN_MISSING' | 'TOKEN_EXPIRED' | 'TOKEN_INVALID',
  message: string,
  cause?: unknown,
): InvitreeError {
  return new InvitreeError(reason, message, { status: 401, cause });
}
