import { createHash } from 'node:crypto';
import { DomainError } from '../../core/errors.ts';
import { subscriberNetwork } from '../../core/ip-network.ts';
import { DAY, MINUTE, SECOND } from '../../core/time.ts';
import type { Deps } from '../../deps.ts';
import type { Limit } from '../../redis/port.ts';
import type { Client } from '../../sessions/sessions.ts';
import { countAttempt } from '../counters.ts';
import { withFailureBudget } from '../failure-budget.ts';
import { type PasswordLine, verifyPassword } from './hash.ts';

const WINDOW_SECONDS = (15 * MINUTE) / SECOND;

/** Wrong passwords per account and address. */
const ADDRESS_LIMIT: Limit = { points: 10, seconds: WINDOW_SECONDS };

/**
 * Wrong passwords per account from all addresses where its owner never had a session. Strangers can
 * exhaust this limit without locking the owner out: at a known address only `ADDRESS_LIMIT` counts
 * (NIST SP 800-63B-4, 3.2.2), and elsewhere the owner waits for a quarter of an hour.
 */
const UNKNOWN_ADDRESSES_LIMIT: Limit = { points: 50, seconds: WINDOW_SECONDS };

/**
 * The same per day, and per user: an account with a phone and an email has two names to sign in
 * with but one daily limit.
 */
const UNKNOWN_ADDRESSES_DAILY_LIMIT: Limit = { points: 100, seconds: DAY / SECOND };

interface PasswordAttempt {
  /** The email or phone as given, or a user id, whether or not such an account exists. */
  account: string;
  /** The account's user, if it exists. */
  userId?: string | undefined;
  password: string;
  /** null if the account has no password, undefined if there is no account. Both count as wrong. */
  hash: string | null | undefined;
  /** True if the account has had a session at this address. */
  isKnownAddress: boolean;
  /** @default 'signIn' */
  line?: PasswordLine;
  client: Client;
}

/**
 * Checks a password. The attempt is counted before the comparison and refunded if the password is
 * correct, so parallel attempts cannot exceed the limits.
 * @throws DomainError CREDENTIALS_WRONG, RATE_LIMITED, UNAVAILABLE
 */
export function attemptPassword(
  deps: Pick<Deps, 'config' | 'limiter' | 'metrics' | 'guessingAlarm'>,
  { account, userId, password, hash, isKnownAddress, line, client }: PasswordAttempt,
): Promise<void> {
  const key = hashed(account);
  // Without an account the name takes the user's place, so that the limits reveal nothing.
  const dailyKey = hashed(userId === undefined ? account : `user:${userId}`);
  const address = `${key}:${subscriberNetwork(client.ip)}`;
  const counters = [
    { name: 'password.address', key: address, limit: ADDRESS_LIMIT },
    ...(isKnownAddress
      ? []
      : [
          { name: 'password.strangers', key, limit: UNKNOWN_ADDRESSES_LIMIT },
          { name: 'password.day', key: dailyKey, limit: UNKNOWN_ADDRESSES_DAILY_LIMIT },
        ]),
  ];
  return withFailureBudget(deps, { method: 'password', client }, async () => {
    const refund = await countAttempt(deps, counters);
    let isCompared = false;
    let isCorrect = false;
    try {
      isCorrect = await verifyPassword(hash, password, line);
      isCompared = true;
    } finally {
      if (isCorrect || !isCompared) refund();
    }
    if (!isCorrect) throw new DomainError('CREDENTIALS_WRONG');
  });
}

/**
 * Forgets the wrong passwords that strangers tried for a user.
 * @throws DomainError UNAVAILABLE
 */
export async function forgetFailedPasswords(
  { limiter }: Pick<Deps, 'limiter'>,
  { userId, phone, email }: { userId: string; phone: string | null; email: string | null },
): Promise<void> {
  const names = [userId, phone, email].filter((name) => name !== null);
  await Promise.all([
    ...names.map((name) =>
      limiter.reset('password.strangers', hashed(name), UNKNOWN_ADDRESSES_LIMIT),
    ),
    limiter.reset('password.day', hashed(`user:${userId}`), UNKNOWN_ADDRESSES_DAILY_LIMIT),
  ]);
}

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
