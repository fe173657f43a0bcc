import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { StartError } from '../core/start-error.ts';
import { SECOND } from '../core/time.ts';
import { parseRedisUrl, type RedisAddress } from './url.ts';

export type RedisClient = Redis | Cluster;

/** Redis normally responds within a millisecond. A slower one counts as down. */
const COMMAND_TIMEOUT = SECOND;

/** For the first connection: ioredis would retry a Cluster that is down forever. */
const CONNECT_TIMEOUT = 5 * SECOND;

/**
 * Connects to Redis, so that a wrong address fails the start instead of the first sign-in.
 * @throws StartError
 */
export async function openRedis(
  url: string,
  onError: (error: Error) => void,
): Promise<RedisClient> {
  const address = parseRedisUrl(url);
  if (!address) throw new StartError('REDIS_URL is not a valid Redis address.');
  const redis = createClient(address);
  redis.on('error', onError);
  // connect() rejects with a generic message. The cause arrives as an event.
  let reason: Error | undefined;
  redis.once('error', (error) => {
    reason = error;
  });
  try {
    await withTimeout(redis.connect(), CONNECT_TIMEOUT);
  } catch (error) {
    redis.disconnect();
    const hosts = address.hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
    throw new StartError(
      `Cannot connect to Redis at ${hosts}: ${(reason ?? (error as Error)).message}`,
    );
  }
  return redis;
}

function withTimeout<T>(work: Promise<T>, timeout: number): Promise<T> {
  const timedOut = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('timed out')), timeout).unref();
  });
  return Promise.race([work, timedOut]);
}

function createClient({ kind, hosts, tls, db, username, password, master }: RedisAddress) {
  const options = {
    lazyConnect: true,
    // Fails immediately while Redis is down. A queue would hold every request.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT,
    commandTimeout: COMMAND_TIMEOUT,
    // Detects a host that vanished, for which the operating system waits about 15 minutes.
    socketTimeout: 5 * SECOND,
    keepAlive: 10 * SECOND,
    // Short, because requests are refused until Redis is back.
    retryStrategy: (attempt: number) => Math.min(50 * attempt, SECOND),
    db,
    ...(username && { username }),
    ...(password && { password }),
    ...(tls && { tls: {} }),
  } satisfies RedisOptions;
  if (kind === 'cluster')
    return new Cluster(hosts, {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: options.retryStrategy,
      slotsRefreshTimeout: 2 * SECOND,
      redisOptions: options,
    });
  if (kind === 'sentinel')
    return new Redis({
      ...options,
      sentinels: hosts,
      name: master ?? '',
      sentinelRetryStrategy: options.retryStrategy,
      sentinelCommandTimeout: COMMAND_TIMEOUT,
      ...(tls && { enableTLSForSentinelMode: true }),
    });
  return new Redis({ ...options, ...hosts[0] });
}
