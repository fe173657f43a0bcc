import type { Result } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../core/errors.ts';
import type { RedisClient } from './client.ts';
import type { HourCount, Tally } from './port.ts';

const HOUR = 3_600_000;
const HOURS = 24;

/** Counts of this process alone. */
export function memoryTally(): Tally {
  // Bounded, for addresses are what an attacker has many of; those in use stay.
  const keys = new LRUCache<string, Map<number, HourCount>>({ max: 50_000 });
  function add(key: string, field: 'sent' | 'verified', by: number, at: number): HourCount[] {
    const hour = Math.floor(at / HOUR);
    const hours = keys.get(key) ?? new Map<number, HourCount>();
    keys.set(key, hours);
    const count = hours.get(hour) ?? { hour, sent: 0, verified: 0 };
    hours.set(hour, { ...count, [field]: count[field] + by });
    for (const old of hours.keys()) if (old <= hour - HOURS) hours.delete(old);
    return [...hours.values()];
  }
  return {
    sent: async (key, by, at) => add(key, 'sent', by, at),
    verified: (key, at) => void add(key, 'verified', 1, at),
    close: async () => {},
  };
}

/** Adds and reads in one command; with an hour's first count, what is over leaves. Fields are `hour:field`. */
const ADD = `
  local key, hour, hours = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[4])
  local function add(field, by)
    return by ~= '0' and redis.call('hincrby', key, hour .. ':' .. field, by) == tonumber(by)
  end
  local first, also = add('sent', ARGV[2]), add('verified', ARGV[3])
  if first or also then
    redis.call('expire', key, (hours + 1) * 3600)
    for _, name in ipairs(redis.call('hkeys', key)) do
      if tonumber(string.match(name, '%d+')) <= hour - hours then redis.call('hdel', key, name) end
    end
  end
  return redis.call('hgetall', key)`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** A flat list of fields and values. */
    addToTally(
      key: string,
      hour: number,
      sent: number,
      verified: number,
      hours: number,
    ): Result<string[], Context>;
  }
}

/** Milliseconds after which a verification is counted if no code is sent meanwhile. */
const DELAY = 1_000;

/**
 * Counts shared by every instance on the same Redis: a hash for each key, a field for each hour. A
 * verification goes along with the next code of its key: it needs no answer, and to ask for one would be
 * one of a sign-in's four round trips. A crash or an outage of Redis loses a
 * second's of them, and the rule is that much stricter.
 */
export function redisTally(redis: RedisClient): Tally {
  redis.defineCommand('addToTally', { numberOfKeys: 1, lua: ADD });
  const waiting = new Map<string, { count: number; at: number }>();
  let timer: NodeJS.Timeout | undefined;

  async function add(key: string, sent: number, at: number): Promise<HourCount[]> {
    const verified = waiting.get(key)?.count ?? 0;
    waiting.delete(key);
    const hour = Math.floor(at / HOUR);
    return read(await redis.addToTally(`invitree:tally:${key}`, hour, sent, verified, HOURS));
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await Promise.allSettled(Array.from(waiting, ([key, { at }]) => add(key, 0, at)));
  }

  return {
    async sent(key, by, at) {
      try {
        return await add(key, by, at);
      } catch {
        throw new DomainError('UNAVAILABLE', { retryAfter: 5 });
      }
    },
    verified(key, at) {
      const count = (waiting.get(key)?.count ?? 0) + 1;
      waiting.set(key, { count, at });
      timer ??= setTimeout(flush, DELAY).unref();
    },
    close: flush,
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
