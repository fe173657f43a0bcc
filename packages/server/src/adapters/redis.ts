import { Redis } from 'ioredis';
import { StartError } from '../start-error.ts';

/** Connects to Redis, or fails: a wrong address shows at the start, not at the first sign-in. */
export async function openRedis(url: string, onError: (error: Error) => void): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    // Away, it answers at once: a waiting queue would hold every request.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 5_000,
    commandTimeout: 2_000,
  });
  redis.on('error', onError);
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    const { host } = new URL(url);
    throw new StartError(`Redis at ${host} is out of reach: ${(error as Error).message}`);
  }
  return redis;
}
