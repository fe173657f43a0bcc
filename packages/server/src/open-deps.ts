import type { Config } from './config.ts';
import { deriveSecrets } from './core/secrets.ts';
import { SECOND } from './core/time.ts';
import { openEmbeddedDatabase } from './database/embedded.ts';
import type { Database } from './database/port.ts';
import { openPostgres, openReplica } from './database/postgres.ts';
import type { Deps } from './deps.ts';
import { clearbitFinder } from './enrichment/clearbit.ts';
import { hunterVerifier } from './enrichment/hunter.ts';
import { createAvailability } from './observability/availability.ts';
import { createGuessingAlarm } from './observability/guessing-alarm.ts';
import { openLog } from './observability/log.ts';
import type { Logger, Tracing } from './observability/port.ts';
import { createMetrics } from './observability/prometheus.ts';
import { registerReadings } from './observability/readings.ts';
import { openTracing, withTracing } from './observability/tracing.ts';
import { localBroadcast, redisBroadcast } from './redis/broadcast.ts';
import { openRedis } from './redis/client.ts';
import { memoryRateLimiter, redisRateLimiter } from './redis/rate-limiter.ts';
import { memoryTally, redisTally } from './redis/tally.ts';
import { createInviteCodeCache } from './referral/invite-code-cache.ts';
import { createAccessTokens } from './sessions/access-tokens.ts';
import { createDelivery } from './sms/delivery.ts';
import { openSenders } from './sms/senders/open.ts';

/**
 * Opens everything that the settings select: log, databases, Redis, SMS senders and so on.
 * @param opened receives what has been opened, also if a later part fails
 * @throws StartError if one of them is unreachable or misconfigured
 */
export async function openDeps(config: Config, opened: AsyncDisposableStack): Promise<Deps> {
  const { log, close: closeLog } = await openLog(config);
  opened.defer(closeLog);
  const tracing = await openTracing(config);
  if (tracing) opened.defer(() => tracing.close());
  const { database, replica } = await openDatabases(config, { log, tracing }, opened);
  const { limiter, tally, broadcast, redis } = await openSharedState(config, log, opened);
  const metrics = createMetrics();
  const sms = createDelivery({
    senders: await openSenders(config),
    timeout: config.SMS_TIMEOUT * SECOND,
    clock: Date.now,
    metrics,
    log,
  });
  opened.defer(() => sms.close());
  const secrets = deriveSecrets(config.APP_SECRET);
  const accessTokens = await createAccessTokens({
    keys: secrets.signing,
    ttl: config.ACCESS_TOKEN_TTL,
    clock: Date.now,
  });
  const inviteCodeCache = await createInviteCodeCache(database, broadcast);
  const caches = { accessTokens: accessTokens.cache, inviteCodes: inviteCodeCache };
  registerReadings(metrics, { database, replica, redis, caches });
  return {
    config,
    database,
    replica,
    limiter,
    inviteCodeCache,
    tally,
    sms,
    metrics,
    guessingAlarm: createGuessingAlarm({ limiter, metrics, log, clock: Date.now }),
    tracing,
    clock: Date.now,
    secrets,
    accessTokens,
    log,
    ...openEnrichment(config),
  };
}

/** The replica is the database itself if DATABASE_REPLICA_URL is not set. */
async function openDatabases(
  config: Config,
  { log, tracing }: { log: Logger; tracing: Tracing | undefined },
  opened: AsyncDisposableStack,
) {
  const { DATABASE_URL, DATABASE_REPLICA_URL, DATA_DIR } = config;
  const observed = (database: Database) => (tracing ? withTracing(database, tracing) : database);
  const primary = DATABASE_URL
    ? await openPostgres(DATABASE_URL, config, log)
    : await openEmbeddedDatabase(DATA_DIR);
  opened.defer(() => primary.close());
  const database = observed(primary);
  if (!DATABASE_REPLICA_URL) return { database, replica: database };
  const replica = await openReplica(DATABASE_REPLICA_URL, primary, config, log);
  opened.defer(() => replica.close());
  return { database, replica: observed(replica) };
}

/** Opens what instances share through Redis. Without REDIS_URL, it stays in this process. */
async function openSharedState({ REDIS_URL }: Config, log: Logger, opened: AsyncDisposableStack) {
  const availability = createAvailability('Redis', log);
  const redis = REDIS_URL ? await openRedis(REDIS_URL, availability.markDown) : undefined;
  redis?.on('ready', availability.markUp);
  const limiter = redis ? redisRateLimiter(redis) : memoryRateLimiter();
  opened.defer(() => limiter.close());
  // A connection that subscribes cannot run other commands, so the broadcast has its own.
  const broadcast = REDIS_URL
    ? await redisBroadcast(await openRedis(REDIS_URL, availability.markDown))
    : localBroadcast();
  opened.defer(() => broadcast.close());
  const tally = redis ? redisTally(redis) : memoryTally();
  opened.defer(() => tally.close());
  return { limiter, broadcast, tally, redis: redis && availability };
}

function openEnrichment(config: Config): Pick<Deps, 'emailVerifier' | 'personFinder'> {
  const { HUNTER_API_KEY, HUNTER_URL, CLEARBIT_API_KEY, CLEARBIT_URL } = config;
  return {
    emailVerifier: HUNTER_API_KEY
      ? hunterVerifier({ apiKey: HUNTER_API_KEY, url: HUNTER_URL })
      : undefined,
    personFinder: CLEARBIT_API_KEY
      ? clearbitFinder({ apiKey: CLEARBIT_API_KEY, url: CLEARBIT_URL })
      : undefined,
  };
}
