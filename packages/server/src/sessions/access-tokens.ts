import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { errors, importJWK, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../core/errors.ts';
import type { SigningKey } from '../core/secrets.ts';
import { SECOND } from '../core/time.ts';

/** The claims of an access token. Whether the session is still live is in the database. */
export interface Claims {
  userId: string;
  sessionId: string;
}

export interface AccessTokens {
  /** @param issuer the address at which the client reaches the service */
  sign(claims: Claims, issuer: string): string;
  /** @throws DomainError TOKEN_INVALID, TOKEN_EXPIRED */
  verify(token: string): Claims | Promise<Claims>;
  /** Counts of the cache of verified tokens since the start. */
  readonly cache: { entries: number; hits: number; misses: number };
  /** The public keys (RFC 7517), starting with the one that signs. */
  readonly jwks: { keys: Omit<SigningKey, 'd'>[] };
}

/** RFC 9068 */
const TYPE = 'at+jwt';

/** RFC 9068 requires a client id. No clients are registered, so all share this one. */
const CLIENT_ID = 'invitree';

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

interface Options {
  keys: readonly SigningKey[];
  /** Seconds */
  ttl: number;
  clock: () => number;
}

/** Creates and verifies short-lived JWTs (ES256). Anyone can verify them with the public keys. */
export async function createAccessTokens({ keys, ttl, clock }: Options) {
  const [newest] = keys;
  if (!newest) throw new Error('No signing key');
  // Signing synchronously takes 20 µs of CPU; WebCrypto, with its switch of threads, takes 70.
  const privateKey = createPrivateKey({ key: newest, format: 'jwk' });
  const header = encode({ alg: 'ES256', typ: TYPE, kid: newest.kid });
  const publicJwks = keys.map(({ d: _, ...jwk }) => jwk);
  const publicKeys = new Map(
    await Promise.all(publicJwks.map(async (jwk) => [jwk.kid, await importJWK(jwk)] as const)),
  );
  // Clients reuse a token, and verifying its signature costs more than the rest of a request.
  const verified = new LRUCache<string, Claims & { expiresAt: number }>({ max: 20_000 });

  let hits = 0;
  let misses = 0;

  const tokens: AccessTokens = {
    get cache() {
      return { entries: verified.size, hits, misses };
    },
    jwks: { keys: publicJwks },
    sign({ userId, sessionId }, issuer) {
      const now = Math.floor(clock() / SECOND);
      const claims = encode({
        iss: issuer,
        aud: issuer,
        sub: userId,
        sid: sessionId,
        client_id: CLIENT_ID,
        jti: randomUUID(),
        iat: now,
        exp: now + ttl,
      });
      // RFC 7515, 3.1. An ES256 signature is the concatenation of two integers (RFC 7518, 3.4).
      const signingInput = `${header}.${claims}`;
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
      const signature = sign('sha256', Buffer.from(signingInput), key).toString('base64url');
      return `${signingInput}.${signature}`;
    },
    verify(token) {
      const cached = verified.get(token);
      if (!cached) {
        misses += 1;
        return verifySignature(token);
      }
      hits += 1;
      if (cached.expiresAt <= clock()) throw new DomainError('TOKEN_EXPIRED');
      return cached;
    },
  };
  return tokens;

  // The issuer is not compared: the key is sufficient, and the service may have several addresses.
  async function verifySignature(token: string): Promise<Claims> {
    try {
      const { payload } = await jwtVerify(
        token,
        ({ kid = '' }) => {
          const key = publicKeys.get(kid);
          if (!key) throw new errors.JWKSNoMatchingKey();
          return key;
        },
        {
          algorithms: ['ES256'],
          typ: TYPE,
          requiredClaims: ['sub', 'sid', 'exp'],
          currentDate: new Date(clock()),
        },
      );
      const { sub, sid, exp } = payload as { sub: string; sid: string; exp: number };
      const claims = { userId: sub, sessionId: sid, expiresAt: exp * SECOND };
      verified.set(token, claims);
      return claims;
    } catch (error) {
      throw new DomainError(error instanceof errors.JWTExpired ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID');
    }
  }
}
