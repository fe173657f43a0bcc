import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { temporaryFolder } from './cleanup.ts';
import { freePort } from './ports.ts';
import type { PostgresServer } from './postgres.ts';
import { asPostgresUser, startProcess } from './processes.ts';
import { waitUntil } from './wait-until.ts';

/** Starts PgBouncer in transaction mode in front of a PostgreSQL server. */
export async function startPgBouncer(postgres: PostgresServer): Promise<{ url: string }> {
  const port = await freePort();
  const file = join(temporaryFolder('pgbouncer'), 'pgbouncer.ini');
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
  // SIGKILL would end runuser and leave PgBouncer behind.
  startProcess(...asPostgresUser('pgbouncer', [file]), 'SIGTERM');
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await waitUntil(() => canConnect(url));
  return { url };
}

async function canConnect(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await client.end();
  return true;
}
