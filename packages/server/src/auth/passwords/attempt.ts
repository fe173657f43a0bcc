import { createHash } from 'node:crypto';
import { DomainError } from '../../core/errors.ts';
import { subscriberNetwork } from '../../core/ip-network.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import type { Deps } from '../../deps.ts';
import type { Limit } from '../../redis/port.ts';
import type { Client } from '../../sessions/sessions.ts';
import { verifyPassword } from './hash.ts';

const WINDOW_SECONDS = (15 * MINUTE) / SECOND;

/** Wrong passwords per account and address. */
const ADDRESS_LIMIT: Limit = { points: 10, seconds: WINDOW_SECONDS };

/**
 * Wrong passwords per account from all addresses where its owner never had a session. Strangers can
 * exhaust this limit without locking the owner out: at a known address only `ADDRESS_LIMIT` counts
 * (NIST SP 800-63B-4, 3.2.2), and elsewhere the owner waits for a quarter of an hour.
 */
const UNKNOWN_ADDRESSES_LIMIT: Limit = { points: 50, seconds: WINDOW_SECONDS };

interface PasswordAttempt {
  /** The email or phone as given, or a user id, whether or not such an account exists. */
  account: string;
  password: string;
  /** null if the account has no password, undefined if there is no account. Both count as wrong. */
  hash: string | null | undefined;
  /** True if the account has had a session at this address. */
  isKnownAddress: boolean;
  client: Client;
}

/**
 * Checks a password. The attempt is counted before the comparison and refunded if the password is
 * correct, so parallel attempts cannot exceed the limits.
 * @throws DomainError CREDENTIALS_WRONG, RATE_LIMITED, UNAVAILABLE
 */
export async function attemptPassword(
  { limiter }: Pick<Deps, 'limiter'>,
  { account, password, hash, isKnownAddress, client }: PasswordAttempt,
): Promise<void> {
  const key = createHash('sha256').update(account).digest('base64url');
  const counters = [
    {
      name: 'password.address',
      key: `${key}:${subscriberNetwork(client.ip)}`,
      limit: ADDRESS_LIMIT,
    },
    ...(isKnownAddress
      ? []
      : [{ name: 'password.strangers', key, limit: UNKNOWN_ADDRESSES_LIMIT }]),
  ];
  for (const { name, key, limit } of counters) {
    const { wait } = await limiter.consume(name, key, limit);
    if (wait > 0) throw new DomainError('RATE_LIMITED', { retryAfter: Math.ceil(wait / SECOND) });
  }
  let isCompared = false;
  let isCorrect = false;
  try {
    isCorrect = await verifyPassword(hash, password);
    isCompared = true;
  } finally {
    if (isCorrect || !isCompared)
      for (const { name, key, limit } of counters) await limiter.refund(name, key, limit);
  }
  if (!isCorrect) throw new DomainError('CREDENTIALS_WRONG');
}
