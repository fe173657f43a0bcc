import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { deriveSecrets } from '../core/secrets.ts';
import { createAccessTokens } from './access-tokens.ts';

const claims = { userId: crypto.randomUUID(), sessionId: crypto.randomUUID() };
const ISSUER = 'https://invitree.test';
const start = 1_800_000_000_000;

async function tokensWith(appSecrets: string[], clock = { now: start }) {
  const { signing } = deriveSecrets(appSecrets);
  const options = { keys: signing, ttl: 900 };
  return createAccessTokens({ ...options, clock: () => clock.now });
}

test('a token can be verified offline with the public keys', async () => {
  const tokens = await tokensWith(['a'.repeat(32)]);
  const token = await tokens.sign(claims, ISSUER);
  const { kid } = decodeProtectedHeader(token);
  const jwk = tokens.jwks.keys.find((key) => key.kid === kid);
  expect(JSON.stringify(tokens.jwks)).not.toContain('"d"');
  const { payload } = await jwtVerify(token, await importJWK(jwk ?? {}), {
    currentDate: new Date(start),
    issuer: ISSUER,
    typ: 'at+jwt',
  });
  expect(payload).toMatchObject({
    sub: claims.userId,
    sid: claims.sessionId,
    exp: start / 1000 + 900,
  });
});

test('instances with the same secret sign with the same key', async () => {
  const [one, two] = await Promise.all([
    tokensWith(['a'.repeat(32)]),
    tokensWith(['a'.repeat(32)]),
  ]);
  expect(await two.verify(await one.sign(claims, ISSUER))).toMatchObject(claims);
});

test('after a rotation old tokens stay valid and new ones use the new key', async () => {
  const before = await tokensWith(['a'.repeat(32)]);
  const after = await tokensWith(['b'.repeat(32), 'a'.repeat(32)]);
  expect(await after.verify(await before.sign(claims, ISSUER))).toMatchObject(claims);
  await expect(before.verify(await after.sign(claims, ISSUER))).rejects.toThrow('TOKEN_INVALID');
});

test('a token expires, even if it was verified before', async () => {
  const clock = { now: start };
  const tokens = await tokensWith(['a'.repeat(32)], clock);
  const seen = await tokens.sign(claims, ISSUER);
  await tokens.verify(seen);
  const unseen = await tokens.sign({ ...claims, userId: crypto.randomUUID() }, ISSUER);
  clock.now += 901_000;
  expect(() => tokens.verify(seen)).toThrow('TOKEN_EXPIRED');
  await expect(tokens.verify(unseen)).rejects.toThrow('TOKEN_EXPIRED');
});

test.each([
  ['garbage', 'garbage'],
  [
    'unsigned',
    `${btoa('{"alg":"none","typ":"at+jwt"}')}.${btoa('{"sub":"x","sid":"y","exp":9999999999}')}.`,
  ],
])('refuses a token that is %s', async (_, token) => {
  const tokens = await tokensWith(['a'.repeat(32)]);
  await expect(tokens.verify(token)).rejects.toThrow('TOKEN_INVALID');
});

test('a token with a changed payload is refused', async () => {
  const tokens = await tokensWith(['a'.repeat(32)]);
  const [header, , signature] = (await tokens.sign(claims, ISSUER)).split('.');
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'x', sid: 'y', exp: 9_999_999_999 }));
  await expect(
    tokens.verify([header, forged.toString('base64url'), signature].join('.')),
  ).rejects.toThrow('TOKEN_INVALID');
});
