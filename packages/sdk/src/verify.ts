import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import { InvitreeError } from './errors.ts';

/** Options of `createVerifier`. */
export interface VerifierOptions {
  /** The server's URL. Public keys are fetched from `/.well-known/jwks.json` below it. */
  url: string | URL;
  /**
   * The issuer and audience that tokens must name: the server's PUBLIC_URL.
   * @default url
   */
  issuer?: string | undefined;
  /**
   * How far this machine's clock and the server's may differ, in seconds.
   * @default 5
   */
  clockTolerance?: number | undefined;
  /**
   * How long fetched keys are cached, in milliseconds.
   * @default 600000
   */
  cacheMaxAge?: number | undefined;
  /**
   * Used to fetch the keys.
   * @default globalThis.fetch
   */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

/** The claims of a valid access token. */
export interface VerifiedToken {
  userId: string;
  sessionId: string;
  issuedAt: Date;
  expiresAt: Date;
}

/**
 * Verifies an access token, given alone or as an Authorization header with the Bearer scheme.
 * @throws InvitreeError TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID (status 401), or UNAVAILABLE
 * (status 503) if the server's keys cannot be fetched
 */
export type Verify = (authorization: string | null | undefined) => Promise<VerifiedToken>;

/**
 * Creates a function that verifies access tokens (RFC 9068) with the server's public keys, without
 * a request per token. Keys are fetched for the first token, cached, and fetched again when a token
 * names an unknown key, at most every 30 seconds. Create one verifier per process and reuse it.
 *
 * A sign-out is not visible to it: a token stays valid until it expires, 15 minutes by default.
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
    if (!token) throw unauthorized('TOKEN_MISSING', 'The access token is missing.');
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        // RFC 9068, section 4 requires both checks. The server names itself as the audience.
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
      throw toInvitreeError(cause);
    }
  };
}

/**
 * Converts what `jwtVerify` throws. jose reports keys that could not be fetched in several ways: it
 * rethrows fetch's error, or throws a generic error for a bad status, or one of two JWKS errors.
 */
function toInvitreeError(cause: unknown): InvitreeError {
  if (cause instanceof errors.JWTExpired)
    return unauthorized('TOKEN_EXPIRED', 'The access token has expired.', cause);
  const keysUnavailable =
    !(cause instanceof errors.JOSEError) ||
    cause instanceof errors.JWKSTimeout ||
    cause instanceof errors.JWKSInvalid ||
    cause.code === 'ERR_JOSE_GENERIC';
  return keysUnavailable
    ? new InvitreeError('UNAVAILABLE', "The server's public keys could not be fetched.", {
        status: 503,
        cause,
      })
    : unauthorized('TOKEN_INVALID', 'The access token is invalid.', cause);
}

function unauthorized(
  reason: 'TOKEN_MISSING' | 'TOKEN_EXPIRED' | 'TOKEN_INVALID',
  message: string,
  cause?: unknown,
): InvitreeError {
  return new InvitreeError(reason, message, { status: 401, cause });
}
