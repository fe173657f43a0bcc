import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { localBroadcast, redisBroadcast } from './adapters/broadcast.ts';
import { clearbitFinder } from './adapters/clearbit.ts';
import { openEmbeddedDatabase } from './adapters/embedded.ts';
import { hunterVerifier } from './adapters/hunter.ts';
import { openPostgres, openReplica } from './adapters/postgres.ts';
import { createMetrics } from './adapters/prometheus.ts';
import { memoryRateLimiter, redisRateLimiter } from './adapters/rate-limiter.ts';
import { createReach } from './adapters/reach.ts';
import { openRedis } from './adapters/redis.ts';
import { openSenders } from './adapters/sms-senders.ts';
import { memoryTally, redisTally } from './adapters/tally.ts';
import { buildApp } from './app.ts';
import { createAccessTokens } from './auth/access-tokens.ts';
import { type Config, readConfig } from './config.ts';
import type { Deps } from './ports.ts';
import { createCodeCache } from './referral/code-cache.ts';
import { deriveSecrets } from './secrets.ts';
import { createDelivery } from './sms/delivery.ts';
import { StartError } from './start-error.ts';

export interface Running {
  app: FastifyInstance;
  /** Where it listens, as in http://127.0.0.1:3000 */
  url: string;
  /** Finishes the requests under way, then closes the database. */
  close(): Promise<void>;
}

/** Settings to adapters to app to listening. */
export async function start(env?: Record<string, string | undefined>): Promise<Running> {
  const config = readConfig(env);
  const log = pino({
    level: config.LOG_LEVEL,
    // Where PostgreSQL quotes the row that it refused.
    redact: ['err.detail', 'err.where'],
  });
  // What was opened last is closed first.
  await using opened = new AsyncDisposableStack();
  const { database, replica } = await openDatabases(config, log, opened);
  const redis = config.REDIS_URL ? await openSharedRedis(config.REDIS_URL, log) : undefined;
  const limiter = redis ? redisRateLimiter(redis) : memoryRateLimiter();
  opened.defer(() => limiter.close());
  const broadcast = config.REDIS_URL
    ? await redisBroadcast(await openSharedRedis(config.REDIS_URL, log))
    : localBroadcast();
  opened.defer(() => broadcast.close());
  const secrets = deriveSecrets(config.APP_SECRET);
  const metrics = createMetrics();
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
    codeCache: await createCodeCache(database, broadcast),
    tally: redis ? redisTally(redis) : memoryTally(),
    sms,
    metrics,
    clock: Date.now,
    secrets,
    accessTokens: await createAccessTokens({
      keys: secrets.signing,
      ttl: config.ACCESS_TOKEN_TTL,
      clock: Date.now,
    }),
    log,
    ...openOutsideHelp(config),
  };
  const app = await buildApp(deps);
  opened.defer(() => app.close());
  const url = await listen(app, config);
  if (!config.production) process.stdout.write(welcome(url, deps));
  const running = opened.move();
  return { app, url, close: () => running.disposeAsync() };
}

async function openDatabases(config: Config, log: Logger, opened: AsyncDisposableStack) {
  const { DATABASE_URL, DATABASE_READ_URL, DATA_DIR } = config;
  const database = DATABASE_URL
    ? await openPostgres(DATABASE_URL, config, log)
    : await openEmbeddedDatabase(DATA_DIR);
  opened.defer(() => database.close());
  if (!DATABASE_READ_URL) return { database, replica: database };
  const replica = await openReplica(DATABASE_READ_URL, database, config, log);
  opened.defer(() => replica.close());
  return { database, replica };
}

async function openSharedRedis(url: string, log: Logger) {
  const reach = createReach('Redis', log);
  const redis = await openRedis(url, reach.lost);
  redis.on('ready', reach.found);
  return redis;
}

async function listen(app: FastifyInstance, { HOST, PORT }: Config): Promise<string> {
  try {
    return await app.listen({ host: HOST, port: PORT });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'listen') throw error;
    throw new StartError(`Cannot listen on ${HOST}:${PORT}: ${(error as Error).message}`);
  }
}

function openOutsideHelp(config: Config): Pick<Deps, 'emailVerifier' | 'personFinder'> {
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
  Try it     ${url}/docs
  Codes      appear here (${config.SMS_SENDER})

`;
}
