import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Secrets } from '../core/secrets.ts';

export function newRefreshToken(): string {
  return randomBytes(32).toString('base64url');
}

type HashKeys = Pick<Secrets, 'refreshTokenHash'>;

/** The hash under which a token is stored. Without APP_SECRET, it cannot be made or checked. */
export function hashToken({ refreshTokenHash: [newest] }: HashKeys, token: string): Buffer {
  return keyedHash(newest as Buffer, token);
}

/** The hashes under which a token may be stored: one per secret, and the one of earlier versions. */
export function possibleHashes({ refreshTokenHash }: HashKeys, token: string): Buffer[] {
  const unkeyed = createHash('sha256').update(token).digest();
  return [...refreshTokenHash.map((key) => keyedHash(key, token)), unkeyed];
}

function keyedHash(key: Buffer, token: string): Buffer {
  return createHmac('sha256', key).update(token).digest();
}
