import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { errors, importJWK, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../core/errors.ts';
import type { SigningKey } from '../core/secrets.ts';

/** What an access token says. It names a session; whether that still lives, the database knows. */
export interface Claims {
  userId: string;
  sessionId: string;
}

export interface AccessTokens {
  /** @param issuer the service's address, as whoever asks for the token reaches it */
  sign(claims: Claims, issuer: string): string;
  /** @throws DomainError TOKEN_INVALID, TOKEN_EXPIRED */
  verify(token: string): Claims | Promise<Claims>;
  /** How the cache of tokens known to be good is doing, since the start. */
  readonly cache: { entries: number; hits: number; misses: number };
  /** The public keys (RFC 7517), the signing one first. */
  readonly jwks: { keys: Omit<SigningKey, 'd'>[] };
}

/** RFC 9068 */
const TYPE = 'at+jwt';

/** RFC 9068 wants a client named. None is registered here: every client is the service's own. */
const CLIENT_ID = 'invitree';

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

interface Options {
  keys: readonly SigningKey[];
  /** Seconds */
  ttl: number;
  clock: () => number;
}

/** Short-lived JWTs (ES256), which anyone can verify offline with the public keys. */
export async function createAccessTokens({ keys, ttl, clock }: Options) {
  const [newest] = keys;
  if (!newest) throw new Error('No signing key');
  // Signed here and now: 20 µs of processor, where WebCrypto's thread and the way there and back take 70.
  const privateKey = createPrivateKey({ key: newest, format: 'jwk' });
  const header = encode({ alg: 'ES256', typ: TYPE, kid: newest.kid });
  const publicJwks = keys.map(({ d: _, ...jwk }) => jwk);
  const publicKeys = new Map(
    await Promise.all(publicJwks.map(async (jwk) => [jwk.kid, await importJWK(jwk)] as const)),
  );
  // A client sends the same token many times, and a signature costs more than all else in a request.
  const verified = new LRUCache<string, Claims & { expiresAt: number }>({ max: 20_000 });

  let hits = 0;
  let misses = 0;

  const tokens: AccessTokens = {
    get cache() {
      return { entries: verified.size, hits, misses };
    },
    jwks: { keys: publicJwks },
    sign({ userId, sessionId }, issuer) {
      const now = Math.floor(clock() / 1000);
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
      // RFC 7515, 3.1, and for ES256 a signature of two numbers side by side (RFC 7518, 3.4).
      const signed = `${header}.${claims}`;
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
    },
    verify(token) {
      const known = verified.get(token);
      if (!known) {
        misses += 1;
        return verifySignature(token);
      }
      hits += 1;
      if (known.expiresAt <= clock()) throw new DomainError('TOKEN_EXPIRED');
      return known;
    },
  };
  return tokens;

  // The issuer is not compared: the key is the proof, and instances may go by several addresses.
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
      const claims = { userId: sub, sessionId: sid, expiresAt: exp * 1000 };
      verified.set(token, claims);
      return claims;
    } catch (error) {
      throw new DomainError(error instanceof errors.JWTExpired ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID');
    }
  }
}
