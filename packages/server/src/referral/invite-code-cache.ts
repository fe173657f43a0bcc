import { LRUCache } from 'lru-cache';
import sql from 'sql-template-tag';
import { SECOND } from '../core/time.ts';
import type { Sql } from '../database/port.ts';
import type { Broadcast } from '../redis/port.ts';

/** The public details of an invite code that works or has expired. */
export interface CachedInviteCode {
  /** null if the code never expires */
  expiresAt: Date | null;
  referrerName: string | null;
}

/**
 * A short-lived cache of public invite code lookups, because thousands of people may open the same
 * shared link. It serves only what is displayed; activation reads the database.
 */
export interface InviteCodeCache {
  /** Returns null if the code is unknown, deleted or owned by a blocked user. */
  find(code: string): Promise<CachedInviteCode | null>;
  /** Evicts codes on every instance. Call it after a change to them has been committed. */
  forget(...codes: (string | undefined)[]): Promise<void>;
  /** Lookups served from the cache, including those that joined a pending query */
  readonly hits: number;
  /** Lookups that queried the database */
  readonly misses: number;
}

const CHANNEL = 'invite-codes';
/** Takes a few megabytes. */
const MAX_ENTRIES = 20_000;
/** How long an instance that missed an eviction may serve a stale entry, in milliseconds. */
const TTL = 10 * SECOND;

export async function createInviteCodeCache(
  database: Sql,
  broadcast: Broadcast,
): Promise<InviteCodeCache> {
  let lookups = 0;
  let misses = 0;
  const cache = new LRUCache<string, { inviteCode: CachedInviteCode | null }>({
    max: MAX_ENTRIES,
    ttl: TTL,
    // An entry evicted while it loads still resolves for its callers but is not cached.
    ignoreFetchAbort: true,
    async fetchMethod(code) {
      misses++;
      const [inviteCode = null] = await database.query<CachedInviteCode>(sql`
        select c.expires_at as "expiresAt", u.display_name as "referrerName"
        from invite_codes c join users u on u.id = c.user_id
        where c.code = ${code} and c.retired_at is null and u.status = 'active'`);
      return { inviteCode };
    },
  });
  await broadcast.subscribe(
    CHANNEL,
    (message) => {
      for (const code of message.split(' ')) cache.delete(code);
    },
    () => cache.clear(),
  );
  return {
    async find(code) {
      lookups++;
      const entry = await cache.fetch(code);
      return entry?.inviteCode ?? null;
    },
    async forget(...codes) {
      const changed = codes.filter((code) => code !== undefined);
      if (changed.length > 0) await broadcast.publish(CHANNEL, changed.join(' '));
    },
    get hits() {
      return lookups - misses;
    },
    get misses() {
      return misses;
    },
  };
}
