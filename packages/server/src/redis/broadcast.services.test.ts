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

test('an invite code forgotten on one instance is forgotten on others', async () => {
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

test('reports a gap when the subscriber loses its connection', async () => {
  const { redis, broadcast } = await instance();
  const onGap = vi.fn();
  await broadcast.subscribe(`test-${process.pid}`, () => {}, onGap);
  const clients = String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
  const subscriber = clients.split('\n').findLast((line) => line.includes(' sub=1 '));
  await redis.call('CLIENT', 'KILL', 'ID', /^id=(\d+)/.exec(subscriber ?? '')?.[1] ?? '');
  await vi.waitFor(() => expect(onGap).toHaveBeenCalledTimes(2));
});

test('while Redis is down, this instance still receives its own messages', async () => {
  const { redis, broadcast } = await instance();
  const onMessage = vi.fn();
  await broadcast.subscribe('test', onMessage, () => {});
  redis.disconnect();
  await broadcast.publish('test', 'hello');
  expect(onMessage).toHaveBeenCalledExactlyOnceWith('hello');
});
