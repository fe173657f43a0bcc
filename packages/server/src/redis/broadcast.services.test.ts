import { expect, onTestFinished, test, vi } from 'vitest';
import { createInviteCodeCache } from '../referral/invite-code-cache.ts';
import { redisBroadcast } from './broadcast.ts';
import { openRedis } from './client.ts';

const url = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

async function instance() {
  const redis = await openRedis(url, () => {});
  const broadcast = await redisBroadcast(redis);
  onTestFinished(() => broadcast.close());
  return { redis, broadcast };
}

test('a change on one instance is forgotten on another', async () => {
  const [one, other] = [await instance(), await instance()];
  let name = 'Anna';
  const table = {
    query: async <Row>() => [{ expiresAt: null, referrerName: name }] as Row[],
  };
  const [here, there] = [
    await createInviteCodeCache(table, one.broadcast),
    await createInviteCodeCache(table, other.broadcast),
  ];
  const code = `TEST-${process.pid}`;
  await Promise.all([here.find(code), there.find(code)]);
  name = 'Boris';
  expect((await there.find(code))?.referrerName).toBe('Anna');
  await here.forget(code);
  expect((await here.find(code))?.referrerName).toBe('Boris');
  await vi.waitFor(async () => expect((await there.find(code))?.referrerName).toBe('Boris'));
});

test('one that lost its connection trusts nothing it knew', async () => {
  const { redis, broadcast } = await instance();
  const lost = vi.fn();
  await broadcast.subscribe(`test-${process.pid}`, () => {}, lost);
  const clients = String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
  const listener = clients.split('\n').findLast((line) => line.includes(' sub=1 '));
  await redis.call('CLIENT', 'KILL', 'ID', /^id=(\d+)/.exec(listener ?? '')?.[1] ?? '');
  await vi.waitFor(() => expect(lost).toHaveBeenCalledTimes(2));
});

test('Redis away: the change is made, and this instance knows it', async () => {
  const { redis, broadcast } = await instance();
  const heard = vi.fn();
  await broadcast.subscribe('test', heard, () => {});
  redis.disconnect();
  await broadcast.publish('test', 'hello');
  expect(heard).toHaveBeenCalledExactlyOnceWith('hello');
});
