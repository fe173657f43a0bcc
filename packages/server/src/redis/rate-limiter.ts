import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { DomainError } from '../core/errors.ts';
import type { RedisClient } from './client.ts';
import type { Limit, RateLimiter } from './port.ts';

/** Limits of this process alone. */
export function memoryRateLimiter(): RateLimiter {
  return rateLimiter(
    (keyPrefix, { points, seconds }) =>
      new RateLimiterMemory({ keyPrefix, points, duration: seconds }),
  );
}

/** Limits shared by every instance on the same Redis. Out of reach, it lets nobody through: UNAVAILABLE. */
export function redisRateLimiter(redis: RedisClient): RateLimiter {
  const limiter = rateLimiter(
    (name, { points, seconds }) =>
      new RateLimiterRedis({
        storeClient: redis,
        keyPrefix: `invitree:limit:${name}`,
        points,
        duration: seconds,
        rejectIfRedisNotReady: true,
      }),
  );
  return { ...limiter, close: async () => redis.disconnect() };
}

function rateLimiter(create: (name: string, limit: Limit) => RateLimiterAbstract): RateLimiter {
  const limiters = new Map<string, RateLimiterAbstract>();
  function named(name: string, limit: Limit): RateLimiterAbstract {
    const known = limiters.get(name);
    if (known) return known;
    const limiter = create(name, limit);
    limiters.set(name, limiter);
    return limiter;
  }
  return {
    async consume(name, key, limit) {
      try {
        const { remainingPoints, msBeforeNext } = await named(name, limit).consume(key);
        return { wait: 0, remaining: remainingPoints, reset: msBeforeNext };
      } catch (refused) {
        if (refused instanceof RateLimiterRes) {
          const wait = Math.max(1, refused.msBeforeNext);
          return { wait, remaining: 0, reset: wait };
        }
        throw new DomainError('UNAVAILABLE', { retryAfter: 5 });
      }
    },
    async refund(name, key, limit) {
      // Out of reach, the point stays taken until its window ends.
      await named(name, limit)
        .reward(key)
        .catch(() => undefined);
    },
    async close() {},
  };
}
