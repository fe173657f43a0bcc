import { expect, onTestFinished, test } from 'vitest';
import { rateLimiterContract } from '../../test/rate-limiter.contract.ts';
import { openRedis } from './client.ts';
import { redisRateLimiter } from './rate-limiter.ts';

const url = process.env['TEST_REDIS_URL'] ?? '';
const open = async () => redisRateLimiter(await openRedis(url, () => {}));

rateLimiterContract('Redis', open);

test('instances on one Redis share points', async () => {
  const instances = await Promise.all(Array.from({ length: 4 }, open));
  onTestFinished(() => Promise.all(instances.map((each) => each.close())).then(() => undefined));
  const name = `test-${crypto.randomUUID()}`;
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      instances[n % 4]?.consume(name, 'key', { points: 10, seconds: 100 }),
    ),
  );
  expect(results.filter((each) => each?.wait === 0)).toHaveLength(10);
});

test('fails closed while Redis is down', async () => {
  const redis = await openRedis(url, () => {});
  const limiter = redisRateLimiter(redis);
  redis.disconnect();
  await expect(limiter.consume('test', 'key', { points: 10, seconds: 1 })).rejects.toMatchObject({
    reason: 'UNAVAILABLE',
  });
});
