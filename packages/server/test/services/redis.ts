import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { temporaryFolder } from './cleanup.ts';
import { freePort } from './ports.ts';
import { run, type ServiceProcess, startProcess } from './processes.ts';
import { waitUntil } from './wait-until.ts';

export interface RedisServer {
  url: string;
  port: number;
  start(): Promise<void>;
  /** Kills it: nothing is saved. */
  stop(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

interface RedisOptions {
  /** A free one if omitted. */
  port?: number;
  /** More arguments of `redis-server`. */
  args?: string[];
}

export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const url = `redis://127.0.0.1:${port}`;
  const folder = temporaryFolder('redis');
  let server: ServiceProcess;
  const redis: RedisServer = {
    url,
    port,
    async start() {
      const listen = ['--port', String(port), '--bind', '127.0.0.1'];
      const storage = ['--dir', folder, '--save', ''];
      server = startProcess('redis-server', [...listen, ...storage, ...(options.args ?? [])]);
      await waitUntil(() => canConnect(url));
    },
    stop: () => server.stop('SIGKILL'),
    freeze: () => server.kill('SIGSTOP'),
    thaw: () => server.kill('SIGCONT'),
  };
  await redis.start();
  return redis;
}

async function canConnect(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } finally {
    client.disconnect();
  }
}

/** Starts a Sentinel that watches the master on this port under the name `main`. */
export async function startSentinel(masterPort: number): Promise<{ port: number }> {
  const port = await freePort();
  const file = join(temporaryFolder('sentinel'), 'sentinel.conf');
  writeFileSync(
    file,
    `port ${port}
bind 127.0.0.1
sentinel monitor main 127.0.0.1 ${masterPort} 1
sentinel down-after-milliseconds main 1000
`,
  );
  startProcess('redis-server', [file, '--sentinel']);
  const listReplicas = ['-p', String(port), 'sentinel', 'replicas', 'main'];
  await waitUntil(
    async () => (await run('redis-cli', listReplicas)).stdout.includes('127.0.0.1'),
    20,
  );
  return { port };
}
