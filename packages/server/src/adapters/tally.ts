import { LRUCache } from 'lru-cache';
import { DomainError } from '../errors.ts';
import type { HourCount, Tally } from '../ports.ts';
import type { RedisClient } from './redis.ts';

const HOUR = 3_600_000;
const HOURS = 24;

/** Counts of this process alone. */
export function memoryTally(): Tally {
  // Bounded, for addresses are what an attacker has many of; those in use stay.
  const keys = new LRUCache<string, Map<number, HourCount>>({ max: 50_000 });
  return {
    async add(key, { field, by, at }) {
      const hour = Math.floor(at / HOUR);
      const hours = keys.get(key) ?? new Map<number, HourCount>();
      keys.set(key, hours);
      const count = hours.get(hour) ?? { hour, sent: 0, verified: 0 };
      hours.set(hour, { ...count, [field]: count[field] + by });
      for (const old of hours.keys()) if (old <= hour - HOURS) hours.delete(old);
      return [...hours.values()];
    },
  };
}

/** Counts shared by every instance on the same Redis: a hash for each key, a field for each hour. */
export function redisTally(redis: RedisClient): Tally {
  return {
    async add(key, { field, by, at }) {
      const hour = Math.floor(at / HOUR);
      const name = `invitree:tally:${key}`;
      try {
        const results = await redis
          .multi()
          .hincrby(name, `${hour}:${field}`, by)
          .hgetall(name)
          .pexpire(name, (HOURS + 1) * HOUR)
          .exec();
        const fields = (results?.[1]?.[1] ?? {}) as Record<string, string>;
        const old = Object.keys(fields).filter((each) => Number.parseInt(each, 10) <= hour - HOURS);
        if (old.length > 0) await redis.hdel(name, ...old);
        return read(fields).filter((count) => count.hour > hour - HOURS);
      } catch {
        throw new DomainError('UNAVAILABLE', { retryAfter: 5 });
      }
    },
  };
}

function read(fields: Record<string, string>): HourCount[] {
  const hours = new Map<number, HourCount>();
  for (const [name, count] of Object.entries(fields)) {
    const [hour, field] = name.split(':');
    const known = hours.get(Number(hour)) ?? { hour: Number(hour), sent: 0, verified: 0 };
    hours.set(known.hour, { ...known, [field as 'sent' | 'verified']: Number(count) });
  }
  return [...hours.values()];
}
