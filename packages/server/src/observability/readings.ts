import type { Database } from '../database/port.ts';
import type { Availability } from './availability.ts';
import type { Metrics } from './port.ts';

interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
}

interface Sources {
  database: Database;
  replica: Database;
  redis: Availability | undefined;
  caches: {
    accessTokens: CacheCounts & { readonly entries: number };
    inviteCodes: CacheCounts;
  };
}

/** Registers the metrics that are read from the server's parts on each scrape. */
export function registerReadings(
  metrics: Metrics,
  { database, replica, redis, caches: { accessTokens, inviteCodes } }: Sources,
): void {
  metrics.registerReading('invitree_dependency_up', () => ({
    database: Number(database.health.up),
    ...(replica !== database && { replica: Number(replica.health.up) }),
    ...(redis && { redis: Number(redis.up) }),
  }));
  metrics.registerReading('invitree_database_connections', () => database.health.connections);
  metrics.registerReading('invitree_cache_entries', () => ({
    access_tokens: accessTokens.entries,
  }));
  for (const count of ['hits', 'misses'] as const)
    metrics.registerReading(`invitree_cache_${count}_total`, () => ({
      access_tokens: accessTokens[count],
      invite_codes: inviteCodes[count],
    }));
}
