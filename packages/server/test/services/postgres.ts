import { join } from 'node:path';
import { atSuiteEnd, temporaryFolder } from './cleanup.ts';
import { freePort } from './ports.ts';
import { asPostgresUser, run } from './processes.ts';

export interface PostgresServer {
  url: string;
  port: number;
  start(): Promise<void>;
  /** `immediate` is like a crash: nothing is flushed, and the next start replays the log. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Starts a streaming replica of this server. */
  replica(): Promise<PostgresServer>;
}

/** @param settings added to `postgresql.conf` */
export async function startPostgres(
  settings: Record<string, string> = {},
): Promise<PostgresServer> {
  const bin = await binaries();
  const data = join(temporaryFolder('postgres'), 'data');
  await run(
    ...asPostgresUser(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-N']),
  );
  return startCluster(bin, data, settings);
}

/** The folder of `initdb` and `pg_ctl`, which Debian keeps out of PATH. */
async function binaries(): Promise<string> {
  const { stdout } = await run('pg_config', ['--bindir']).catch(() =>
    run('sh', ['-c', 'dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb | tail -n 1)"']),
  );
  return stdout.trim();
}

async function startCluster(
  bin: string,
  data: string,
  settings: Record<string, string>,
): Promise<PostgresServer> {
  const port = await freePort();
  const options = Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
    // Without fsync a crash of the server loses nothing more. Only a crash of the machine would.
    fsync: 'off',
    shared_buffers: '32MB',
    ...settings,
  }).map(([name, value]) => `-c ${name}='${value}'`);
  const control = async (...args: string[]) =>
    void (await run(...asPostgresUser(join(bin, 'pg_ctl'), ['-D', data, '-w', ...args])));
  // Without a log file, the server would inherit pg_ctl's pipe and keep it open.
  const start = () => control('-l', join(data, 'log'), '-o', options.join(' '), 'start');
  const signal = async (name: string) => {
    const script = `main=$(head -n 1 ${data}/postmaster.pid); kill -${name} $(pgrep -P $main) $main`;
    await run('sh', ['-c', script]);
  };
  const server: PostgresServer = {
    port,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    stop: (mode = 'fast') => control('-m', mode, 'stop'),
    freeze: () => signal('STOP'),
    thaw: () => signal('CONT'),
    async replica() {
      const copy = join(temporaryFolder('replica'), 'data');
      const source = `host=127.0.0.1 port=${port} user=postgres`;
      const args = ['-d', source, '-D', copy, '-R', '-c', 'fast'];
      await run(...asPostgresUser(join(bin, 'pg_basebackup'), args));
      return startCluster(bin, copy, settings);
    },
  };
  atSuiteEnd(async () => {
    await server.thaw().catch(() => undefined);
    await server.stop('immediate').catch(() => undefined);
  });
  await start();
  return server;
}
