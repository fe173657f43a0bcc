import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { escapeLiteral } from 'pg';
import { readConfig } from '../../packages/server/src/config.ts';
import { deriveSecrets } from '../../packages/server/src/core/secrets.ts';
import type { Sql } from '../../packages/server/src/database/port.ts';
import { openPostgres } from '../../packages/server/src/database/postgres.ts';
import { activate } from '../../packages/server/src/referral/activate.ts';
import { APP_SECRET, type Fixture, type NewUser } from './fixture.ts';

export interface Script {
  folder: string;
  file: string;
}

/** Runs one activation and records its statements as a pgbench script. */
export async function writeScript(fixture: Fixture): Promise<Script> {
  const config = readConfig({ APP_SECRET, DATABASE_URL: fixture.url });
  const database = await openPostgres(fixture.url, config);
  const [sample] = (await fixture.createNewUsers(1)) as [NewUser];
  const lines: string[] = [];
  const record =
    (tx: Sql): Sql['query'] =>
    (statement) => {
      const text = statement.text.replaceAll(/\$(\d+)/g, (_, n) =>
        asVariable(statement.values[n - 1], sample),
      );
      lines.push(`${text.replaceAll(/\s+/g, ' ').trim()};`);
      return tx.query(statement);
    };
  await database.transaction((tx) =>
    activate(
      { config, secrets: deriveSecrets([APP_SECRET]), clock: Date.now },
      { query: record(tx) },
      {
        userId: sample.id,
        inviteCode: sample.referrerCode,
        client: { ip: '127.0.0.1', userAgent: null },
      },
    ),
  );
  await database.close();
  await fixture.client.query(
    'create table bench_new_users (n int primary key, id uuid, code text, referrer uuid)',
  );
  await fixture.client.query('create sequence bench_next');
  const folder = mkdtempSync(join(tmpdir(), 'invitree-pgbench-'));
  const file = join(folder, 'activate.sql');
  // Reads the user from a table, where the server reads a session.
  const next = `select id, code, referrer, n as key from bench_new_users
    where n = (select nextval('bench_next')) \\gset`;
  writeFileSync(file, `${next}\nbegin;\n${lines.join('\n')}\ncommit;\n`);
  return { folder, file };
}

/** The pgbench variable that stands for a value of the sample user, or the value as a literal. */
function asVariable(value: unknown, { id, referrerCode, referrerId }: NewUser): string {
  if (value === id) return ':id';
  if (value === referrerCode) return ':code';
  if (value === referrerId) return ':referrer';
  if (typeof value === 'bigint') return ':key';
  if (value instanceof Date) return `'${value.toISOString()}'`;
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  if (Array.isArray(value))
    return escapeLiteral(
      `{${value.map((item) => (Buffer.isBuffer(item) ? `"\\\\x${item.toString('hex')}"` : item))}}`,
    );
  return typeof value === 'number' ? String(value) : escapeLiteral(String(value));
}

/** @returns transactions per second */
export async function runScript(
  fixture: Fixture,
  { file }: Script,
  connections: number,
  newUsers: NewUser[],
): Promise<number> {
  const { client, url } = fixture;
  await client.query('truncate bench_new_users');
  await client.query('alter sequence bench_next restart');
  await client.query(
    `insert into bench_new_users select * from unnest($1::int[], $2::uuid[], $3::text[], $4::uuid[])`,
    [
      newUsers.map((_, i) => i + 1),
      newUsers.map(({ id }) => id),
      newUsers.map(({ referrerCode }) => referrerCode),
      newUsers.map(({ referrerId }) => referrerId),
    ],
  );
  const each = Math.floor(newUsers.length / connections);
  const { stdout } = await promisify(execFile)('pgbench', [
    ...['-n', '-M', 'prepared', '-c', String(connections), '-j', '1', '-t', String(each)],
    ...['-f', file, url],
  ]);
  return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
}

export function removeScript({ folder }: Script): void {
  rmSync(folder, { recursive: true });
}
