import { afterAll, expect, test } from 'vitest';
import { tallyContract } from '../../test/tally.contract.ts';
import { openRedis } from './client.ts';
import { redisTally } from './tally.ts';

const redis = await openRedis(process.env['TEST_REDIS_URL'] ?? '', () => {});
afterAll(async () => {
  const keys = await redis.keys('invitree:tally:test-*');
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
});

tallyContract('Redis', () => redisTally(redis));

const HOUR = 3_600_000;
const newKey = () => `test-${crypto.randomUUID()}`;

test('what is over leaves Redis too', async () => {
  const key = newKey();
  const tally = redisTally(redis);
  await tally.sent(key, 1, Date.now() - 25 * HOUR);
  await tally.sent(key, 1, Date.now());
  expect(await redis.hlen(`invitree:tally:${key}`)).toBe(1);
  expect(await redis.pttl(`invitree:tally:${key}`)).toBeGreaterThan(24 * HOUR);
});

test('other instances know of a code that was entered within a second, or when this one closes', async () => {
  const key = newKey();
  const at = Date.now();
  const [one, other] = [redisTally(redis), redisTally(redis)];
  const known = async () => {
    await other.sent(key, 1, at);
    const [count] = await other.sent(key, -1, at);
    return count?.verified;
  };
  one.verified(key, at);
  await expect.poll(known, { timeout: 2_000 }).toBe(1);
  one.verified(key, at);
  await one.close();
  expect(await known()).toBe(2);
});

test('out of reach, nothing is counted as if it were zero', async () => {
  const other = await openRedis(process.env['TEST_REDIS_URL'] ?? '', () => {});
  other.disconnect();
  const tally = redisTally(other);
  await expect(tally.sent('test', 1, 0)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  tally.verified('test', 0);
  await tally.close();
});
