import { createHash } from 'node:crypto';
import { DomainError } from '../../core/errors.ts';
import { subscriberNetwork } from '../../core/ip-network.ts';
import type { Deps } from '../../deps.ts';
import type { Limit } from '../../redis/port.ts';
import type { Client } from '../../sessions/sessions.ts';
import { verifyPassword } from './hash.ts';

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
    {
      name: 'password.address',
      key: `${key}:${subscriberNetwork(client.ip)}`,
      limit: FROM_ONE_ADDRESS,
    },
    ...(known ? [] : [{ name: 'password.strangers', key, limit: FROM_STRANGERS }]),
  ];
  for (const { name, key, limit } of counters) {
    const { wait } = await limiter.consume(name, key, limit);
    if (wait > 0) throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(wait / 1000) });
  }
  let looked = false;
  let right = false;
  try {
    right = await verifyPassword(hash, password);
    looked = true;
  } finally {
    if (right || !looked)
      for (const { name, key, limit } of counters) await limiter.refund(name, key, limit);
  }
  if (!right) throw new DomainError('CREDENTIALS_WRONG');
}
