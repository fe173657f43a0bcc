import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { localBroadcast, redisBroadcast } from './adapters/broadcast.ts';
import { clearbitFinder } from './adapters/clearbit.ts';
import { openEmbeddedDatabase, openPostgres } from './adapters/database.ts';
import { hunterVerifier } from './adapters/hunter.ts';
import { createMetrics } from './adapters/prometheus.ts';
import { memoryRateLimiter, redisRateLimiter } from './adapters/rate-limiter.ts';
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
  const onError = (err: Error) => log.error({ err }, 'Lost an idle connection');
  const database = config.DATABASE_URL
    ? await openPostgres(config.DATABASE_URL, onError)
    : await openEmbeddedDatabase(config.DATA_DIR);
  try {
    const redis = config.REDIS_URL ? await openRedis(config.REDIS_URL, onError) : undefined;
    const limiter = redis ? redisRateLimiter(redis) : memoryRateLimiter();
    const broadcast = config.REDIS_URL
      ? await redisBroadcast(await openRedis(config.REDIS_URL, onError))
      : localBroadcast();
    const secrets = deriveSecrets(config.APP_SECRET);
    const metrics = createMetrics();
    const sms = createDelivery({
      senders: await openSenders(config),
      timeout: config.SMS_TIMEOUT * 1000,
      clock: Date.now,
      metrics,
      log,
    });
    const deps: Deps = {
      config,
      database,
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
    const url = await listen(app, config);
    if (!config.production) process.stdout.write(welcome(url, deps));
    return {
      app,
      url,
      async close() {
        await app.close();
        await sms.close();
        await limiter.close();
        await broadcast.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
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
