import { LRUCache } from 'lru-cache';
import sql from 'sql-template-tag';
import type { Sql } from '../database/port.ts';
import type { Broadcast } from '../redis/port.ts';

/** What may be told of an invite code that its owner has not deleted. */
export interface KnownInviteCode {
  /** null: never */
  expiresAt: Date | null;
  referrerName: string | null;
}

/**
 * Look-ups of invite codes for anyone who asks, kept for a moment: a link that went round is asked
 * for by thousands. Only what people are shown comes from here; activation reads the tables.
 */
export interface InviteCodeCache {
  /** null for a code that is unknown, deleted, or of a blocked user. */
  find(code: string): Promise<KnownInviteCode | null>;
  /** Drops what is known of these codes on every instance, after a change of theirs has been committed. */
  forget(...codes: (string | undefined)[]): Promise<void>;
  /** How many look-ups were answered from here, or waited for one under way. */
  readonly hits: number;
  /** How many went to the database. */
  readonly misses: number;
}

const CHANNEL = 'invite-codes';
/** A few megabytes. */
const MAX = 20_000;
/** Milliseconds: how long an instance that missed a message may be wrong. */
const TTL = 10_000;

export async function createInviteCodeCache(
  database: Sql,
  broadcast: Broadcast,
): Promise<InviteCodeCache> {
  let lookups = 0;
  let misses = 0;
  const cache = new LRUCache<string, { known: KnownInviteCode | null }>({
    max: MAX,
    ttl: TTL,
    // One that was forgotten while it was being read still answers those who wait, but is not kept.
    ignoreFetchAbort: true,
    async fetchMethod(code) {
      misses++;
      const [known = null] = await database.query<KnownInviteCode>(sql`
        select c.expires_at as "expiresAt", u.display_name as "referrerName"
        from invite_codes c join users u on u.id = c.user_id
        where c.code = ${code} and c.retired_at is null and u.status = 'active'`);
      return { known };
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
      return entry?.known ?? null;
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
