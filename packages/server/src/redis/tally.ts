import type { Result } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../core/errors.ts';
import { HOUR, SECOND } from '../core/time.ts';
import type { RedisClient } from './client.ts';
import type { HourlyCount, Tally } from './port.ts';

const HOURS_KEPT = 24;

/** Counts within this process only. */
export function memoryTally(): Tally {
  // Bounded because an attacker can use many addresses. Keys in use stay.
  const hoursByKey = new LRUCache<string, Map<number, HourlyCount>>({ max: 50_000 });
  function add(key: string, field: 'sent' | 'verified', by: number, at: number): HourlyCount[] {
    const hour = Math.floor(at / HOUR);
    const hours = hoursByKey.get(key) ?? new Map<number, HourlyCount>();
    hoursByKey.set(key, hours);
    const count = hours.get(hour) ?? { hour, sent: 0, verified: 0 };
    hours.set(hour, { ...count, [field]: count[field] + by });
    for (const old of hours.keys()) if (old <= hour - HOURS_KEPT) hours.delete(old);
    return [...hours.values()];
  }
  return {
    countSent: async (key, by, at) => add(key, 'sent', by, at),
    countVerified: (key, at) => void add(key, 'verified', 1, at),
    close: async () => {},
  };
}

/**
 * Adds to a hash whose fields are `hour:sent` and `hour:verified`, and returns the hash. The first
 * count of an hour removes expired hours.
 */
const ADD = `
  local key, hour, hours = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[4])
  local function add(field, by)
    return by ~= '0' and redis.call('hincrby', key, hour .. ':' .. field, by) == tonumber(by)
  end
  local newSent, newVerified = add('sent', ARGV[2]), add('verified', ARGV[3])
  if newSent or newVerified then
    redis.call('expire', key, (hours + 1) * 3600)
    for _, name in ipairs(redis.call('hkeys', key)) do
      if tonumber(string.match(name, '%d+')) <= hour - hours then redis.call('hdel', key, name) end
    end
  end
  return redis.call('hgetall', key)`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** Returns a flat list of fields and values. */
    addToTally(
      key: string,
      hour: number,
      sent: number,
      verified: number,
      hours: number,
    ): Result<string[], Context>;
  }
}

/** Verified codes wait this long for the next code sent under their key. */
const FLUSH_DELAY = SECOND;

/**
 * Counts shared by all instances on the same Redis: a hash per key, two fields per hour.
 * Verified codes are sent along with the next code of their key. Nothing waits for them, and a
 * separate call would be one of a sign-in's four round trips. A crash or a Redis outage loses up to
 * a second of them, which makes the rule against SMS pumping that much stricter.
 */
export function redisTally(redis: RedisClient): Tally {
  redis.defineCommand('addToTally', { numberOfKeys: 1, lua: ADD });
  const pendingVerified = new Map<string, { count: number; at: number }>();
  let timer: NodeJS.Timeout | undefined;

  async function add(key: string, sent: number, at: number): Promise<HourlyCount[]> {
    const verified = pendingVerified.get(key)?.count ?? 0;
    pendingVerified.delete(key);
    const hour = Math.floor(at / HOUR);
    return parse(await redis.addToTally(`invitree:tally:${key}`, hour, sent, verified, HOURS_KEPT));
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await Promise.allSettled(Array.from(pendingVerified, ([key, { at }]) => add(key, 0, at)));
  }

  return {
    async countSent(key, by, at) {
      try {
        return await add(key, by, at);
      } catch {
        throw new DomainError('UNAVAILABLE', { retryAfter: 5 });
      }
    },
    countVerified(key, at) {
      const count = (pendingVerified.get(key)?.count ?? 0) + 1;
      pendingVerified.set(key, { count, at });
      timer ??= setTimeout(flush, FLUSH_DELAY).unref();
    },
    close: flush,
  };
}

function parse(fieldsAndValues: string[]): HourlyCount[] {
  const hours = new Map<number, HourlyCount>();
  for (let i = 0; i < fieldsAndValues.length; i += 2) {
    const [hourText, field] = (fieldsAndValues[i] as string).split(':');
    const hour = Number(hourText);
    const count = hours.get(hour) ?? { hour, sent: 0, verified: 0 };
    hours.set(hour, { ...count, [field as 'sent' | 'verified']: Number(fieldsAndValues[i + 1]) });
  }
  return [...hours.values()];
}
