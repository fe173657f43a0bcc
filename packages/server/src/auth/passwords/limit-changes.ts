import { isListed, subscriberNetwork } from '../../core/ip-network.ts';
import { HOUR, SECOND } from '../../core/time.ts';
import type { Deps } from '../../deps.ts';
import type { Limit } from '../../redis/port.ts';
import type { Client } from '../../sessions/sessions.ts';
import { countAttempt } from '../counters.ts';

const PER_HOUR = HOUR / SECOND;

const ACCOUNT_LIMIT: Limit = { points: 5, seconds: PER_HOUR };
const ADDRESS_LIMIT: Limit = { points: 20, seconds: PER_HOUR };

/**
 * Limits how often passwords are set. Hashing one takes the memory and CPU that everyone's sign-ins
 * need, so this is checked before, and a failed change counts too. It also limits how
 * many emails an account may try out as its own.
 * @throws DomainError RATE_LIMITED, UNAVAILABLE
 */
export async function limitPasswordChanges(
  deps: Pick<Deps, 'config' | 'limiter' | 'metrics'>,
  { userId, client }: { userId: string; client: Client },
): Promise<void> {
  const isExempt = isListed(deps.config.RATE_LIMIT_EXEMPT, client.ip);
  const network = subscriberNetwork(client.ip);
  await countAttempt(deps, [
    { name: 'password.set.account', key: userId, limit: ACCOUNT_LIMIT },
    ...(isExempt ? [] : [{ name: 'password.set.address', key: network, limit: ADDRESS_LIMIT }]),
  ]);
}
