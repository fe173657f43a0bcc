import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { stopServices } from '../../test/services/cleanup.ts';
import { freeClusterPort } from '../../test/services/ports.ts';
import { startRedis, startSentinel } from '../../test/services/redis.ts';
import { waitUntil } from '../../test/services/wait-until.ts';
import { openRedis } from './client.ts';
import { redisRateLimiter } from './rate-limiter.ts';

afterAll(stopServices);

const limit = { points: 3, seconds: 60 };

/** Consumes a point of each of many keys, which a Cluster keeps on different nodes. */
async function connectLimiter(url: string) {
  const limiter = redisRateLimiter(await openRedis(url, () => {}));
  onTestFinished(() => limiter.close());
  const keys = Array.from({ length: 20 }, (_, n) => `key ${n}`);
  return { consume: () => Promise.all(keys.map((key) => limiter.consume('test', key, limit))) };
}

test('rate limits work on a Redis Cluster', async () => {
  const ports = await Promise.all(Array.from({ length: 3 }, freeClusterPort));
  const nodes = await Promise.all(
    ports.map((port) => startRedis({ port, args: ['--cluster-enabled', 'yes'] })),
  );
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await promisify(execFile)('redis-cli', ['--cluster', 'create', ...hosts, '--cluster-yes'], {
    timeout: 30_000,
  });
  let opened: Awaited<ReturnType<typeof connectLimiter>> | undefined;
  await waitUntil(async () => {
    opened = await connectLimiter(`redis+cluster://${hosts.slice(0, 2).join(',')}`);
    return (await opened.consume()).every(({ wait }) => wait === 0);
  });
  await opened?.consume();
  await opened?.consume();
  expect((await opened?.consume())?.every(({ wait }) => wait > 0)).toBe(true);
});

test('follows the master through Sentinel, also after a failover', async () => {
  const [master, replica] = [await startRedis(), await startRedis()];
  await promisify(execFile)('redis-cli', [
    '-p',
    `${replica.port}`,
    'replicaof',
    '127.0.0.1',
    `${master.port}`,
  ]);
  const sentinel = await startSentinel(master.port);
  const { consume } = await connectLimiter(`redis+sentinel://127.0.0.1:${sentinel.port}/main`);
  await consume();
  await promisify(execFile)('redis-cli', ['-p', `${replica.port}`, 'wait', '1', '1000']);
  await master.stop();
  await waitUntil(async () => (await consume()).length === 20, 20);
});
