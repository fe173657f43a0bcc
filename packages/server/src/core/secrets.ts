import { createECDH, hkdfSync } from 'node:crypto';

/**
 * Keys derived from APP_SECRET, one per purpose and secret. The first key of each list is used to
 * encrypt and sign. The others only decrypt and verify, so that secrets can be rotated.
 */
export interface Secrets {
  /** 32 bytes each. */
  oneTimeCode: Buffer[];
  /** Derives the successor of a refresh token. */
  refreshToken: Buffer[];
  /** Hashes refresh tokens for the database. */
  refreshTokenHash: Buffer[];
  sessionCookie: CookiePassword[];
  /** Hashes the phones and emails of deleted accounts, to recognize them at a later sign-up. */
  deletedIdentity: Buffer[];
  /** Private ES256 keys as JWKs. */
  signing: SigningKey[];
}

export interface SigningKey {
  kty: 'EC';
  crv: 'P-256';
  alg: 'ES256';
  use: 'sig';
  kid: string;
  x: string;
  y: string;
  d: string;
}

interface CookiePassword {
  /** Stored in what the password sealed. It does not depend on the position in APP_SECRET. */
  id: number;
  password: string;
}

export function deriveSecrets(appSecrets: readonly string[]): Secrets {
  const derive = (purpose: string, bytes = 32) =>
    appSecrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, 'invitree', purpose, bytes)));
  return {
    oneTimeCode: derive('one-time code'),
    refreshToken: derive('refresh token'),
    refreshTokenHash: derive('refresh token hash'),
    sessionCookie: derive('session cookie', 36).map((bytes) => ({
      id: bytes.readUInt32BE(32),
      password: bytes.toString('base64url', 0, 32),
    })),
    // The label predates the current name. Changing it would change the key.
    deletedIdentity: derive('departed identity'),
    signing: derive('access token signing key', 48).map(signingKey),
  };
}

/** The order of P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * Derives a private key from 48 pseudorandom bytes by the method of extra random bits (FIPS 186-5,
 * A.2.1). Instances with the same APP_SECRET share the key without storing it.
 */
function signingKey(seed: Buffer): SigningKey {
  const d = (BigInt(`0x${seed.toString('hex')}`) % (ORDER - 1n)) + 1n;
  const scalar = Buffer.from(d.toString(16).padStart(64, '0'), 'hex');
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(scalar);
  const point = ecdh.getPublicKey();
  return {
    kty: 'EC',
    crv: 'P-256',
    alg: 'ES256',
    use: 'sig',
    kid: Buffer.from(hkdfSync('sha256', point, 'invitree', 'key id', 9)).toString('base64url'),
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
    d: scalar.toString('base64url'),
  };
}
