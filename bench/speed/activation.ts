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
import { request } from './connection.ts';
import { APP_SECRET, type Ground, type Newcomer } from './ground.ts';
import { closedLoop, openAll } from './load.ts';
import { median, type Rate } from './measure.ts';
import { type Contender, cpuTime } from './processes.ts';
import { once } from './works.ts';

const CONNECTIONS = 16;

/** Activations a second over REST, beside pgbench with the statements that one of them runs. */
export async function measureActivation(
  ground: Ground,
  server: Contender,
  { rounds, each }: { rounds: number; each: number },
): Promise<Rate[]> {
  const script = await writeScript(ground);
  const connections = await openAll([server.url], CONNECTIONS);
  const rates = { pgbench: [] as number[], rest: [] as number[] };
  let cpu = 0;
  for (let round = 0; round <= rounds; round++) {
    const pgbench = await runScript(ground, script, await ground.newcomers(each));
    const next = once(await ground.newcomers(each));
    const before = cpuTime(server.pid);
    const { rate } = await closedLoop(
      connections,
      async (send) => {
        const { token, code } = next();
        const body = { inviteCode: code };
        await send(request('POST /api/v1/referral/activate', { token, body }));
      },
      { most: each },
    );
    if (round === 0) continue;
    cpu += cpuTime(server.pid) - before;
    rates.pgbench.push(pgbench);
    rates.rest.push(rate);
  }
  for (const connection of connections) connection.close();
  rmSync(script.folder, { recursive: true });
  const rate = (name: string, values: number[], cpu: number): Rate => ({
    name,
    rate: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    cpu,
  });
  return [
    rate('pgbench', rates.pgbench, 0),
    rate('Invitree, REST', rates.rest, (cpu * 1000) / (rounds * each)),
  ];
}

interface Script {
  folder: string;
  file: string;
}

/** Runs one activation, and writes down what it said to PostgreSQL as a script for pgbench. */
async function writeScript(ground: Ground): Promise<Script> {
  const config = readConfig({ APP_SECRET, DATABASE_URL: ground.url });
  const database = await openPostgres(ground.url, config);
  const [sample] = (await ground.newcomers(1)) as [Newcomer];
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
      { userId: sample.id, inviteCode: sample.code, ip: '127.0.0.1' },
    ),
  );
  await database.close();
  await ground.client.query(
    'create table bench_newcomers (n int primary key, id uuid, code text, referrer uuid)',
  );
  await ground.client.query('create sequence bench_turn');
  const folder = mkdtempSync(join(tmpdir(), 'invitree-pgbench-'));
  const file = join(folder, 'activate.sql');
  // Who it is comes from a table, where the server reads a session.
  const next = `select id, code, referrer, n as key from bench_newcomers
    where n = (select nextval('bench_turn')) \\gset`;
  writeFileSync(file, `${next}\nbegin;\n${lines.join('\n')}\ncommit;\n`);
  return { folder, file };
}

function asVariable(value: unknown, { id, code, referrerId }: Newcomer): string {
  if (value === id) return ':id';
  if (value === code) return ':code';
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

async function runScript(ground: Ground, { file }: Script, newcomers: Newcomer[]): Promise<number> {
  const { client, url } = ground;
  await client.query('truncate bench_newcomers');
  await client.query('alter sequence bench_turn restart');
  await client.query(
    `insert into bench_newcomers select * from unnest($1::int[], $2::uuid[], $3::text[], $4::uuid[])`,
    [
      newcomers.map((_, i) => i + 1),
      newcomers.map(({ id }) => id),
      newcomers.map(({ code }) => code),
      newcomers.map(({ referrerId }) => referrerId),
    ],
  );
  const each = Math.floor(newcomers.length / CONNECTIONS);
  const { stdout } = await promisify(execFile)('pgbench', [
    ...['-n', '-M', 'prepared', '-c', String(CONNECTIONS), '-j', '1', '-t', String(each)],
    ...['-f', file, url],
  ]);
  return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
}
