import { argon2Sync, createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { logIn, newEmail, PASSWORD, register } from '../../../test/accounts.ts';
import { testApp } from '../../../test/harness.ts';

const hashed = (text: string) => createHash('sha256').update(text).digest('base64url');

describe('wrong passwords', () => {
  const stranger = (n: number) => `198.51.100.${n}`;

  /** An app and an account whose password hash is cheap to compare. */
  async function openAccount() {
    const to = await testApp();
    const email = newEmail();
    const { body } = await register(to, { email });
    const nonce = Buffer.from('saltsaltsaltsalt');
    const cost = { memory: 8, passes: 1, parallelism: 1 };
    const hash = argon2Sync('argon2id', { message: PASSWORD, nonce, tagLength: 32, ...cost });
    const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
    await to.deps.database.prisma.user.update({
      where: { id: body.user.id },
      data: { passwordHash: `$argon2id$v=19$m=8,t=1,p=1$${base64(nonce)}$${base64(hash)}` },
    });
    return { to, email };
  }

  test('are limited to 10 per account and address, also in parallel', async () => {
    const { to, email } = await openAccount();
    const responses = await Promise.all(
      Array.from({ length: 25 }, () =>
        logIn(to, { email, password: 'wrong password', ip: stranger(1) }),
      ),
    );
    const reasons = responses.map(({ body }) => body.data.reason).sort();
    expect(reasons).toEqual([
      ...Array(10).fill('CREDENTIALS_WRONG'),
      ...Array(15).fill('RATE_LIMITED'),
    ]);
    const limited = await logIn(to, { email, ip: stranger(1) });
    expect(limited.status).toBe(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(800);
  });

  test('have the same limit for an unknown email', async () => {
    const to = await testApp();
    const email = newEmail();
    for (let n = 0; n < 10; n++)
      await logIn(to, { email, password: 'wrong password', ip: stranger(1) });
    expect((await logIn(to, { email, ip: stranger(1) })).status).toBe(429);
  });

  test('from unknown addresses share a limit that does not lock the owner out', async () => {
    const { to, email } = await openAccount();
    for (let n = 0; n < 50; n++)
      await logIn(to, { email, password: 'wrong password', ip: stranger(n) });
    expect((await logIn(to, { email, ip: stranger(200) })).status).toBe(429);
    expect((await logIn(to, { email })).status).toBe(200);
  });

  test('are limited to 100 a day per user, whichever of their names is used', async () => {
    const { to, email } = await openAccount();
    const phone = '+79991234567';
    await to.deps.database.prisma.user.update({ where: { email }, data: { phone } });
    const guess = (username: string, n: number) =>
      to.app.inject({
        method: 'POST',
        url: '/oauth/token',
        payload: new URLSearchParams({
          grant_type: 'password',
          username,
          password: 'no',
        }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        remoteAddress: stranger(n),
      });
    const outcomes: string[] = [];
    for (let n = 0; n < 50; n++)
      for (const username of [email, phone])
        outcomes.push((await guess(username, n)).json().reason);
    expect(new Set(outcomes)).toEqual(new Set(['CREDENTIALS_WRONG']));
    // The windows of 15 minutes are over.
    await Promise.all(
      [email, phone].map((name) =>
        to.deps.limiter.reset('password.strangers', hashed(name), { points: 50, seconds: 900 }),
      ),
    );
    for (const username of [email, phone])
      expect((await guess(username, 200)).json().reason).toBe('RATE_LIMITED');
    expect((await logIn(to, { email })).status).toBe(200);
  });

  test('do not include correct ones', async () => {
    const { to, email } = await openAccount();
    for (let n = 0; n < 15; n++)
      expect((await logIn(to, { email, ip: stranger(1) })).status).toBe(200);
  });
});
