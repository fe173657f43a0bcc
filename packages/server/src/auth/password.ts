import { createHash } from 'node:crypto';
import { z } from 'zod';
import { checkInput, DomainError } from '../errors.ts';
import { subscriber } from '../limits.ts';
import type { Deps, Limit } from '../ports.ts';
import { verifyPassword } from './password-hash.ts';
import type { Client } from './sessions.ts';

/** Wrong passwords for one account from one address. */
const FROM_ONE_ADDRESS: Limit = { points: 10, seconds: 15 * 60 };

/**
 * Wrong passwords for one account from all the addresses where its owner was never signed in. A crowd
 * of strangers can use these up, and does not keep the owner out: at an address of theirs only the
 * limit above counts (NIST SP 800-63B-4, 3.2.2), and elsewhere they wait for a quarter of an hour.
 */
const FROM_STRANGERS: Limit = { points: 50, seconds: 15 * 60 };

interface Try {
  /** What names the account: the email or phone as given, whether or not there is such an account. */
  account: string;
  password: string;
  /** null for an account without a password, undefined without an account: a try like any other. */
  hash: string | null | undefined;
  /** Whether the account had a session at this address. */
  known: boolean;
  client: Client;
}

/**
 * Tries a password. Each try is counted before it is looked at, and a right one is taken back: however
 * many come at once, only so many are looked at.
 * @throws DomainError CREDENTIALS_WRONG, RATE_LIMITED, UNAVAILABLE
 */
export async function tryPassword(
  { limiter }: Pick<Deps, 'limiter'>,
  { account, password, hash, known, client }: Try,
): Promise<void> {
  const key = createHash('sha256').update(account).digest('base64url');
  const counters = [
    { name: 'password.address', key: `${key}:${subscriber(client.ip)}`, limit: FROM_ONE_ADDRESS },
    ...(known ? [] : [{ name: 'password.strangers', key, limit: FROM_STRANGERS }]),
  ];
  for (const { name, key, limit } of counters) {
    const { wait } = await limiter.take(name, key, limit);
    if (wait > 0) throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(wait / 1000) });
  }
  let looked = false;
  let right = false;
  try {
    right = await verifyPassword(hash, password);
    looked = true;
  } finally {
    if (right || !looked)
      for (const { name, key, limit } of counters) await limiter.giveBack(name, key, limit);
  }
  if (!right) throw new DomainError('CREDENTIALS_WRONG');
}

/**
 * Refuses a password that anyone would guess.
 * @throws DomainError INPUT_INVALID, with an issue at `password`
 */
export async function refuseCommonPassword(
  password: string,
  about: { email?: string | null | undefined; displayName?: string | null | undefined },
): Promise<void> {
  // Not before somebody has a password: loading the list takes 13 MB, and many apps know phones alone.
  const { isCommonPassword } = await import('./common-passwords.ts');
  const uncommon = z.string().refine((text) => !isCommonPassword(text, about), {
    params: { name: 'PASSWORD_COMMON' },
  });
  checkInput(z.object({ password: uncommon }), { password });
}
