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
import { openRedis } from './client.ts';
import { redisRateLimiter } from './rate-limiter.ts';

afterAll(stopOwnServers);

const limit = { points: 3, seconds: 60 };

/** Takes a point of each of many keys: with a Cluster they are on different nodes. */
async function connectLimiter(url: string) {
  const limiter = redisRateLimiter(await openRedis(url, () => {}));
  const keys = Array.from({ length: 20 }, (_, n) => `key ${n}`);
  return {
    limiter,
    consume: () => Promise.all(keys.map((key) => limiter.consume('test', key, limit))),
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
  let opened: Awaited<ReturnType<typeof connectLimiter>> | undefined;
  await until(async () => {
    opened = await connectLimiter(`redis+cluster://${hosts.slice(0, 2).join(',')}`);
    return (await opened.consume()).every(({ wait }) => wait === 0);
  });
  await opened?.consume();
  await opened?.consume();
  expect((await opened?.consume())?.every(({ wait }) => wait > 0)).toBe(true);
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
  const { limiter, consume } = await connectLimiter(
    `redis+sentinel://127.0.0.1:${sentinel.port}/main`,
  );
  await consume();
  await promisify(execFile)('redis-cli', ['-p', `${replica.port}`, 'wait', '1', '1000']);
  await master.stop();
  await until(async () => (await consume()).length === 20, 20);
  await limiter.close();
});
