import type { Result } from 'ioredis';
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

/** Adds and reads in one command; what is over leaves. Fields are `hour:field`. */
const ADD = `
  local key, hour, field, by, hours = KEYS[1], tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4])
  redis.call('hincrby', key, hour .. ':' .. field, by)
  redis.call('expire', key, (hours + 1) * 3600)
  for _, name in ipairs(redis.call('hkeys', key)) do
    if tonumber(string.match(name, '%d+')) <= hour - hours then redis.call('hdel', key, name) end
  end
  return redis.call('hgetall', key)`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** A flat list of fields and values. */
    addToTally(
      key: string,
      hour: number,
      field: string,
      by: number,
      hours: number,
    ): Result<string[], Context>;
  }
}

/** Counts shared by every instance on the same Redis: a hash for each key, a field for each hour. */
export function redisTally(redis: RedisClient): Tally {
  redis.defineCommand('addToTally', { numberOfKeys: 1, lua: ADD });
  return {
    async add(key, { field, by, at }) {
      const hour = Math.floor(at / HOUR);
      try {
        return read(await redis.addToTally(`invitree:tally:${key}`, hour, field, by, HOURS));
      } catch {
        throw new DomainError('UNAVAILABLE', { retryAfter: 5 });
      }
    },
  };
}

function read(flat: string[]): HourCount[] {
  const hours = new Map<number, HourCount>();
  for (let at = 0; at < flat.length; at += 2) {
    const [hour, field] = (flat[at] as string).split(':');
    const known = hours.get(Number(hour)) ?? { hour: Number(hour), sent: 0, verified: 0 };
    hours.set(known.hour, { ...known, [field as 'sent' | 'verified']: Number(flat[at + 1]) });
  }
  return [...hours.values()];
}
