import { afterAll, expect, onTestFinished, test } from 'vitest';
import { tallyContract } from '../../test/tally.contract.ts';
import { HOUR } from '../core/time.ts';
import { openRedis } from './client.ts';
import { redisTally } from './tally.ts';

const redis = await openRedis(process.env['TEST_REDIS_URL'] ?? '', () => {});
afterAll(async () => {
  const keys = await redis.keys('invitree:tally:test-*');
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
});

tallyContract('Redis', () => redisTally(redis));

const newKey = () => `test-${crypto.randomUUID()}`;

test('removes counts older than 24 hours from Redis', async () => {
  const key = newKey();
  const tally = redisTally(redis);
  await tally.countSent(key, 1, Date.now() - 25 * HOUR);
  await tally.countSent(key, 1, Date.now());
  expect(await redis.hlen(`invitree:tally:${key}`)).toBe(1);
  expect(await redis.pttl(`invitree:tally:${key}`)).toBeGreaterThan(24 * HOUR);
});

test('other instances see a verified code within a second, or when this instance closes', async () => {
  const key = newKey();
  const at = Date.now();
  const [one, other] = [redisTally(redis), redisTally(redis)];
  onTestFinished(() => other.close());
  const verifiedElsewhere = async () => {
    await other.countSent(key, 1, at);
    const [count] = await other.countSent(key, -1, at);
    return count?.verified;
  };
  one.countVerified(key, at);
  await expect.poll(verifiedElsewhere, { timeout: 2_000 }).toBe(1);
  one.countVerified(key, at);
  await one.close();
  expect(await verifiedElsewhere()).toBe(2);
});

test('fails instead of counting from zero while Redis is down', async () => {
  const other = await openRedis(process.env['TEST_REDIS_URL'] ?? '', () => {});
  other.disconnect();
  const tally = redisTally(other);
  await expect(tally.countSent('test', 1, 0)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  tally.countVerified('test', 0);
  await tally.close();
});
