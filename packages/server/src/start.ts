import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { type Config, readConfig } from './config.ts';
import { deriveSecrets } from './core/secrets.ts';
import { StartError } from './core/start-error.ts';
import { startCleanup } from './database/cleanup.ts';
import { openEmbeddedDatabase } from './database/embedded.ts';
import type { Database } from './database/port.ts';
import { openPostgres, openReplica } from './database/postgres.ts';
import type { Deps } from './deps.ts';
import { clearbitFinder } from './enrichment/clearbit.ts';
import { hunterVerifier } from './enrichment/hunter.ts';
import { buildApp } from './http/app.ts';
import { type Availability, createAvailability } from './observability/availability.ts';
import { openLog } from './observability/log.ts';
import type { Tracing } from './observability/port.ts';
import { createMetrics } from './observability/prometheus.ts';
import { openTracing, traced } from './observability/tracing.ts';
import { localBroadcast, redisBroadcast } from './redis/broadcast.ts';
import { openRedis } from './redis/client.ts';
import { memoryRateLimiter, redisRateLimiter } from './redis/rate-limiter.ts';
import { memoryTally, redisTally } from './redis/tally.ts';
import { createInviteCodeCache } from './referral/invite-code-cache.ts';
import { createAccessTokens } from './sessions/access-tokens.ts';
import { createDelivery } from './sms/delivery.ts';
import { openSenders } from './sms/senders/open.ts';

export interface Running {
  app: FastifyInstance;
  config: Config;
  /** Where it listens, as in http://127.0.0.1:3000 */
  url: string;
  /** Finishes the requests under way, then closes the database. */
  close(): Promise<void>;
}

/** Settings to adapters to app to listening. */
export async function start(env?: Record<string, string | undefined>): Promise<Running> {
  const config = readConfig(env);
  // What was opened last is closed first.
  await using opened = new AsyncDisposableStack();
  const { log, close: closeLog } = await openLog(config);
  opened.defer(closeLog);
  const tracing = await openTracing(config);
  if (tracing) opened.defer(() => tracing.close());
  const { database, replica } = await openDatabases(config, log, opened, tracing);
  const redisAvailability = createAvailability('Redis', log);
  const redis = config.REDIS_URL
    ? await openRedis(config.REDIS_URL, redisAvailability.markDown)
    : undefined;
  redis?.on('ready', redisAvailability.markUp);
  const limiter = redis ? redisRateLimiter(redis) : memoryRateLimiter();
  opened.defer(() => limiter.close());
  const broadcast = config.REDIS_URL
    ? await redisBroadcast(await openRedis(config.REDIS_URL, redisAvailability.markDown))
    : localBroadcast();
  opened.defer(() => broadcast.close());
  const secrets = deriveSecrets(config.APP_SECRET);
  const metrics = createMetrics();
  const tally = redis ? redisTally(redis) : memoryTally();
  opened.defer(() => tally.close());
  const sms = createDelivery({
    senders: await openSenders(config),
    timeout: config.SMS_TIMEOUT * 1000,
    clock: Date.now,
    metrics,
    log,
  });
  opened.defer(() => sms.close());
  const deps: Deps = {
    config,
    database,
    replica,
    limiter,
    inviteCodeCache: await createInviteCodeCache(database, broadcast),
    tally,
    sms,
    metrics,
    tracing,
    clock: Date.now,
    secrets,
    accessTokens: await createAccessTokens({
      keys: secrets.signing,
      ttl: config.ACCESS_TOKEN_TTL,
      clock: Date.now,
    }),
    log,
    ...openEnrichment(config),
  };
  watch(deps, redis && redisAvailability);
  const app = await buildApp(deps);
  opened.defer(() => closeApp(app, config));
  const url = await listen(app, config);
  if (config.CLEANUP_INTERVAL > 0) {
    const house = startCleanup(deps, config.CLEANUP_INTERVAL);
    opened.defer(() => house.close());
  }
  if (!config.production) process.stdout.write(welcome(url, deps));
  const running = opened.move();
  return { app, config, url, close: () => running.disposeAsync() };
}

async function openDatabases(
  config: Config,
  log: Logger,
  opened: AsyncDisposableStack,
  tracing: Tracing | undefined,
) {
  const { DATABASE_URL, DATABASE_REPLICA_URL, DATA_DIR } = config;
  const seen = (each: Database) => (tracing ? traced(each, tracing) : each);
  const primary = DATABASE_URL
    ? await openPostgres(DATABASE_URL, config, log)
    : await openEmbeddedDatabase(DATA_DIR);
  opened.defer(() => primary.close());
  const database = seen(primary);
  if (!DATABASE_REPLICA_URL) return { database, replica: database };
  const replica = await openReplica(DATABASE_REPLICA_URL, primary, config, log);
  opened.defer(() => replica.close());
  return { database, replica: seen(replica) };
}

/** Says at /readyz that no more should come, answers those who came, and parts with those who stay too long. */
async function closeApp(app: FastifyInstance, { SHUTDOWN_DELAY, SHUTDOWN_TIMEOUT }: Config) {
  app.drain();
  await sleep(SHUTDOWN_DELAY * 1000);
  const deadline = setTimeout(() => {
    app.log.warn('Requests still under way at the deadline are cut off');
    app.server.closeAllConnections();
  }, SHUTDOWN_TIMEOUT * 1000);
  await app.close();
  clearTimeout(deadline);
}

/** What is read anew each time the metrics are. */
function watch(
  { metrics, database, replica, accessTokens, inviteCodeCache }: Deps,
  redis: Availability | undefined,
) {
  const parts = { database, ...(replica !== database && { replica }) };
  metrics.measure('invitree_dependency_up', () => ({
    ...Object.fromEntries(Object.entries(parts).map(([name, { health }]) => [name, +health.up])),
    ...(redis && { redis: +redis.up }),
  }));
  metrics.measure('invitree_database_connections', () => database.health.connections);
  metrics.measure('invitree_cache_entries', () => ({ access_tokens: accessTokens.cache.entries }));
  for (const figure of ['hits', 'misses'] as const)
    metrics.measure(`invitree_cache_${figure}_total`, () => ({
      access_tokens: accessTokens.cache[figure],
      invite_codes: inviteCodeCache[figure],
    }));
}

async function listen(app: FastifyInstance, { HOST, PORT }: Config): Promise<string> {
  try {
    return await app.listen({ host: HOST, port: PORT });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'listen') throw error;
    throw new StartError(`Cannot listen on ${HOST}:${PORT}: ${(error as Error).message}`);
  }
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

function welcome(url: string, { config, database }: Deps): string {
  return `
  Invitree listens on ${url}
  Database   ${database.description}
  Limits     ${config.REDIS_URL ? 'shared through Redis' : 'in this process: one instance only'}
  Try it     ${url}/app, ${url}/docs
  Codes      appear here (${config.SMS_SENDER})

`;
}
