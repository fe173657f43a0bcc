import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { DomainError } from '../core/errors.ts';
import type { RedisClient } from './client.ts';
import type { Limit, RateLimiter } from './port.ts';

/** Limits within this process only. */
export function memoryRateLimiter(): RateLimiter {
  return rateLimiter(
    (keyPrefix, { points, seconds }) =>
      new RateLimiterMemory({ keyPrefix, points, duration: seconds }),
  );
}

/** Limits shared by all instances on the same Redis. Fails closed while Redis is down. */
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
  function limiterOf(name: string, limit: Limit): RateLimiterAbstract {
    const known = limiters.get(name);
    if (known) return known;
    const limiter = create(name, limit);
    limiters.set(name, limiter);
    return limiter;
  }
  return {
    async consume(name, key, limit) {
      try {
        const { remainingPoints, msBeforeNext } = await limiterOf(name, limit).consume(key);
        return { wait: 0, remaining: remainingPoints, reset: msBeforeNext };
      } catch (rejection) {
        if (rejection instanceof RateLimiterRes) {
          const wait = Math.max(1, rejection.msBeforeNext);
          return { wait, remaining: 0, reset: wait };
        }
        throw new DomainError('UNAVAILABLE', { retryAfter: 5 });
      }
    },
    async refund(name, key, limit) {
      // If Redis is down, the point stays consumed until its window ends.
      await limiterOf(name, limit)
        .reward(key)
        .catch(() => undefined);
    },
    async reset(name, key, limit) {
      try {
        await limiterOf(name, limit).delete(key);
      } catch {
        throw new DomainError('UNAVAILABLE', { retryAfter: 5 });
      }
    },
    async close() {},
  };
}
