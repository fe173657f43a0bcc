import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import {
  freeClusterPort,
  ownRedis,
  ownSentinel,
  stopOwnServers,
  until,
} from '../../test/own-servers.ts';
import { redisRateLimiter } from './rate-limiter.ts';
import { openRedis } from './redis.ts';

afterAll(stopOwnServers);

const limit = { points: 3, seconds: 60 };

/** Takes a point of each of many keys: with a Cluster they are on different nodes. */
async function takes(url: string) {
  const limiter = redisRateLimiter(await openRedis(url, () => {}));
  const keys = Array.from({ length: 20 }, (_, n) => `key ${n}`);
  return {
    limiter,
    take: () => Promise.all(keys.map((key) => limiter.take('test', key, limit))),
  };
}

test('limits on a Redis Cluster', async () => {
  const ports = await Promise.all(Array.from({ length: 3 }, freeClusterPort));
  const nodes = await Promise.all(
    ports.map((port) => ownRedis({ port, more: ['--cluster-enabled', 'yes'] })),
  );
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await promisify(execFile)('redis-cli', ['--cluster', 'create', ...hosts, '--cluster-yes'], {
    timeout: 30_000,
  });
  let opened: Awaited<ReturnType<typeof takes>> | undefined;
  await until(async () => {
    opened = await takes(`redis+cluster://${hosts.slice(0, 2).join(',')}`);
    return (await opened.take()).every(({ wait }) => wait === 0);
  });
  await opened?.take();
  await opened?.take();
  expect((await opened?.take())?.every(({ wait }) => wait > 0)).toBe(true);
  await opened?.limiter.close();
});

test('Sentinels say where the master is, also after another has become it', async () => {
  const [master, replica] = [await ownRedis(), await ownRedis()];
  await promisify(execFile)('redis-cli', [
    '-p',
    `${replica.port}`,
    'replicaof',
    '127.0.0.1',
    `${master.port}`,
  ]);
  const sentinel = await ownSentinel(master.port);
  const { limiter, take } = await takes(`redis+sentinel://127.0.0.1:${sentinel.port}/main`);
  await take();
  await promisify(execFile)('redis-cli', ['-p', `${replica.port}`, 'wait', '1', '1000']);
  await master.stop();
  await until(async () => (await take()).length === 20, 20);
  await limiter.close();
});
