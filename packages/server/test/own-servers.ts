import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { Client } from 'pg';

/** Servers of a suite's own, to be stopped, frozen and killed: `afterAll(stopOwnServers)` belongs beside them. */

let started = new AsyncDisposableStack();

export type Defer = (stop: () => Promise<unknown>) => void;

/** For what else goes with them. */
export const alsoStop: Defer = (stop) => started.defer(async () => void (await stop()));

export async function stopOwnServers(): Promise<void> {
  const all = started;
  started = new AsyncDisposableStack();
  await all.disposeAsync();
}

const run = promisify(execFile);

/** A port that nobody listens on just now. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** A port for a node of a Redis Cluster, which also listens 10,000 above it. */
export async function freeClusterPort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 10_000);
    try {
      await freePort(port);
      await freePort(port + 10_000);
      return port;
    } catch {}
  }
}

function folder(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `invitree-${name}-`));
  // PostgreSQL and PgBouncer run as another user than root.
  chmodSync(path, 0o777);
  started.defer(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** PostgreSQL and PgBouncer refuse to run as root. */
function asPostgres(command: string, args: string[]): [string, string[]] {
  return process.getuid?.() === 0
    ? ['runuser', ['-u', 'postgres', '--', command, ...args]]
    : [command, args];
}

async function binaries(): Promise<string> {
  const { stdout } = await run('pg_config', ['--bindir']).catch(() =>
    run('sh', ['-c', 'dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb | tail -n 1)"']),
  );
  return stdout.trim();
}

export interface OwnPostgres {
  url: string;
  port: number;
  start(): Promise<void>;
  /** `immediate` is as good as a crash: nothing is written out, the log is replayed at the next start. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Another server that follows this one. */
  replica(): Promise<OwnPostgres>;
}

export async function ownPostgres(settings: Record<string, string> = {}): Promise<OwnPostgres> {
  const bin = await binaries();
  const data = join(folder('postgres'), 'data');
  await run(
    ...asPostgres(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-N']),
  );
  return cluster(bin, data, settings);
}

async function cluster(
  bin: string,
  data: string,
  settings: Record<string, string>,
): Promise<OwnPostgres> {
  const port = await freePort();
  const options = Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
    // What a crash of the server, not of the machine, can lose is the same without it.
    fsync: 'off',
    shared_buffers: '32MB',
    ...settings,
  }).map(([name, value]) => `-c ${name}='${value}'`);
  const control = (...args: string[]) =>
    run(...asPostgres(join(bin, 'pg_ctl'), ['-D', data, '-w', ...args]));
  // pg_ctl's own output would keep the pipe open for as long as the server lives.
  const start = async () =>
    void (await control('-l', join(data, 'log'), '-o', options.join(' '), 'start'));
  const signal = async (name: string) => {
    const { stdout } = await run('sh', [
      '-c',
      `main=$(head -n 1 ${data}/postmaster.pid); kill -${name} $(pgrep -P $main) $main`,
    ]);
    return stdout;
  };
  const own: OwnPostgres = {
    port,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    stop: async (mode = 'fast') => void (await control('-m', mode, 'stop')),
    freeze: async () => void (await signal('STOP')),
    thaw: async () => void (await signal('CONT')),
    async replica() {
      const copy = join(folder('replica'), 'data');
      const source = `host=127.0.0.1 port=${port} user=postgres`;
      await run(
        ...asPostgres(join(bin, 'pg_basebackup'), ['-d', source, '-D', copy, '-R', '-c', 'fast']),
      );
      return cluster(bin, copy, settings);
    },
  };
  started.defer(async () => {
    await signal('CONT').catch(() => undefined);
    await own.stop('immediate').catch(() => undefined);
  });
  await start();
  return own;
}

export interface OwnProcess {
  child: ChildProcess;
  kill(signal: NodeJS.Signals): void;
  /** Ends it and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

function owned(child: ChildProcess): OwnProcess {
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await gone;
  };
  started.defer(() => stop('SIGKILL'));
  return { child, kill: (signal) => void child.kill(signal), stop };
}

export interface OwnRedis {
  url: string;
  port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export async function ownRedis({
  port: given,
  more = [],
}: {
  port?: number;
  more?: string[];
} = {}): Promise<OwnRedis> {
  const port = given ?? (await freePort());
  const url = `redis://127.0.0.1:${port}`;
  const dir = folder('redis');
  let server: OwnProcess;
  const own: OwnRedis = {
    url,
    port,
    async start() {
      const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''];
      server = owned(spawn('redis-server', [...args, ...more], { stdio: 'ignore' }));
      await until(async () => {
        const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
        client.on('error', () => {});
        try {
          await client.connect();
          return true;
        } finally {
          client.disconnect();
        }
      });
    },
    stop: () => server.stop('SIGKILL'),
    freeze: () => server.kill('SIGSTOP'),
    thaw: () => server.kill('SIGCONT'),
  };
  await own.start();
  return own;
}

/** A Sentinel that watches a master under the name of main. */
export async function ownSentinel(master: number): Promise<{ port: number }> {
  const port = await freePort();
  const file = join(folder('sentinel'), 'sentinel.conf');
  writeFileSync(
    file,
    `port ${port}
bind 127.0.0.1
sentinel monitor main 127.0.0.1 ${master} 1
sentinel down-after-milliseconds main 1000
`,
  );
  const args = [file, '--sentinel'];
  owned(spawn('redis-server', args, { stdio: 'ignore' }));
  const ask = ['-p', String(port), 'sentinel', 'replicas', 'main'];
  await until(async () => (await run('redis-cli', ask)).stdout.includes('127.0.0.1'), 20);
  return { port };
}

/** PgBouncer in transaction mode in front of a PostgreSQL. */
export async function ownPgBouncer(postgres: OwnPostgres): Promise<{ url: string }> {
  const port = await freePort();
  const dir = folder('pgbouncer');
  const file = join(dir, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
postgres = host=127.0.0.1 port=${postgres.port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
server_login_retry = 1
`,
  );
  const server = owned(spawn(...asPostgres('pgbouncer', [file]), { stdio: 'ignore' }));
  // Not killed: runuser would go and leave it behind.
  started.defer(() => server.stop('SIGTERM'));
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await until(() => connects(url));
  return { url };
}

async function connects(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await client.end();
  return true;
}

/** Tries until it is true; what it throws meanwhile counts as false. */
export async function until(check: () => Promise<boolean>, seconds = 15): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let problem: unknown;
  while (Date.now() < end) {
    try {
      if (await check()) return;
    } catch (error) {
      problem = error;
    }
    await sleep(50);
  }
  throw new Error(`Not within ${seconds} s`, { cause: problem });
}

/** Whether a program is there; tests of what needs it are skipped where it is not. */
export async function installed(program: string): Promise<boolean> {
  return run('sh', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  );
}
