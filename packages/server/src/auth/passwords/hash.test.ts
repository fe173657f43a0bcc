import { argon2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashPassword, verifyPassword } from './hash.ts';

test('a hash is a PHC string with a random salt, and verifies', async () => {
  const [one, two] = await Promise.all([hashPassword('слоны идут'), hashPassword('слоны идут')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(one).not.toBe(two);
  expect(await verifyPassword(one, 'слоны идут')).toBe(true);
  expect(await verifyPassword(one, 'слоны идут ')).toBe(false);
});

test('a hash of another cost verifies with that cost', async () => {
  const salt = Buffer.from('saltsaltsaltsalt');
  const parameters = { message: 'password', nonce: salt, parallelism: 2, memory: 64, passes: 3 };
  const hash = argon2Sync('argon2id', { ...parameters, tagLength: 24 });
  const phc = `$argon2id$v=19$m=64,t=3,p=2$${salt.toString('base64').replaceAll('=', '')}$${hash.toString('base64')}`;
  expect(await verifyPassword(phc, 'password')).toBe(true);
  expect(await verifyPassword(phc, 'passwore')).toBe(false);
});

test('composed and decomposed characters are the same password', async () => {
  const composed = await hashPassword('caf\u00e9-caf\u00e9');
  expect(await verifyPassword(composed, 'cafe\u0301-cafe\u0301')).toBe(true);
});

test('without a hash no password is correct', async () => {
  expect(await verifyPassword(undefined, 'password')).toBe(false);
  expect(await verifyPassword(null, '')).toBe(false);
});

test('a burst beyond the limit is refused, and later requests succeed', async () => {
  const burst = await Promise.allSettled(
    Array.from({ length: 60 }, () => verifyPassword(null, 'password')),
  );
  const refused = burst.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
  expect(refused.length).toBe(60 - 2 - 32);
  for (const { reason } of refused)
    expect(reason).toMatchObject({ reason: 'UNAVAILABLE', data: { retryAfter: 1 } });
  expect(await verifyPassword(null, 'password')).toBe(false);
});

test('a burst of new passwords leaves room for sign-ins', async () => {
  const hashes = Array.from({ length: 60 }, () => hashPassword('password'));
  const settled = Promise.allSettled(hashes);
  const signIns = Array.from({ length: 20 }, () => verifyPassword(null, 'password'));
  expect(await Promise.all(signIns)).toHaveLength(20);
  const refused = (await settled).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(60 - 1 - 32);
});
