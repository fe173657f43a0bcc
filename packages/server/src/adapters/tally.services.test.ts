import { afterAll, expect, test } from 'vitest';
import { tallyContract } from '../../test/tally.contract.ts';
import { openRedis } from './redis.ts';
import { redisTally } from './tally.ts';

const redis = await openRedis(process.env['TEST_REDIS_URL'] ?? '', () => {});
afterAll(async () => {
  const keys = await redis.keys('invitree:tally:test-*');
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
});

tallyContract('Redis', () => redisTally(redis));

test('what is over leaves Redis too', async () => {
  const key = `test-${crypto.randomUUID()}`;
  const tally = redisTally(redis);
  await tally.add(key, { field: 'sent', by: 1, at: Date.now() - 25 * 3_600_000 });
  await tally.add(key, { field: 'sent', by: 1, at: Date.now() });
  expect(await redis.hlen(`invitree:tally:${key}`)).toBe(1);
  expect(await redis.pttl(`invitree:tally:${key}`)).toBeGreaterThan(24 * 3_600_000);
});

test('out of reach, nothing is counted as if it were zero', async () => {
  const other = await openRedis(process.env['TEST_REDIS_URL'] ?? '', () => {});
  other.disconnect();
  await expect(
    redisTally(other).add('test', { field: 'sent', by: 1, at: 0 }),
  ).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
});
