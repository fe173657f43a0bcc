import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { StartError } from '../core/start-error.ts';
import { parseRedisUrl, type RedisAddress } from './url.ts';

export type RedisClient = Redis | Cluster;

/** Milliseconds that a request waits for Redis, which answers in one: frozen or cut off, it is away. */
const COMMAND_TIMEOUT = 1_000;

/** Milliseconds for the first connection: a Cluster that is down would be waited for without end. */
const CONNECT_TIMEOUT = 5_000;

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('no answer in time')), milliseconds).unref();
  });
  return Promise.race([work, late]);
}

/** Connects to Redis, or fails: a wrong address shows at the start, not at the first sign-in. */
export async function openRedis(
  url: string,
  onError: (error: Error) => void,
): Promise<RedisClient> {
  const address = parseRedisUrl(url);
  if (!address) throw new StartError('REDIS_URL cannot be read');
  const redis = connectionTo(address);
  redis.on('error', onError);
  // What connecting itself throws says only that there is no connection.
  let reason: Error | undefined;
  redis.once('error', (error) => {
    reason = error;
  });
  try {
    await within(CONNECT_TIMEOUT, redis.connect());
  } catch (error) {
    redis.disconnect();
    const hosts = address.hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
    throw new StartError(
      `Redis at ${hosts} is out of reach: ${(reason ?? (error as Error)).message}`,
    );
  }
  return redis;
}

function connectionTo({ kind, hosts, tls, db, username, password, master }: RedisAddress) {
  const options = {
    lazyConnect: true,
    // Away, it answers at once: a waiting queue would hold every request.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT,
    commandTimeout: COMMAND_TIMEOUT,
    // A host that is gone without a word: without this the system waits a quarter of an hour.
    socketTimeout: 5_000,
    keepAlive: 10_000,
    // Forgiving at first, and never long: requests are refused until it is back.
    retryStrategy: (times: number) => Math.min(50 * times, 1_000),
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
      slotsRefreshTimeout: 2_000,
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
