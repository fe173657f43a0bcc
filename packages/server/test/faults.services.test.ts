import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLoad } from './load.ts';
import { type OwnInstance, ownInstance } from './own-instance.ts';
import {
  type OwnPostgres,
  type OwnRedis,
  ownPostgres,
  ownRedis,
  stopOwnServers,
  until,
} from './own-servers.ts';

/** Real processes on a PostgreSQL and a Redis of their own, killed one after the other under load. */

let postgres: OwnPostgres;
let redis: OwnRedis;
let env: Record<string, string>;
const folder = mkdtempSync(join(tmpdir(), 'invitree-faults-'));

beforeAll(async () => {
  [postgres, redis] = await Promise.all([ownPostgres({ max_connections: '60' }), ownRedis()]);
  env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    // So that the limits, and with them Redis, are part of it.
    TRUST_PROXY: '127.0.0.1',
    RATE_LIMIT_EXEMPT: '203.0.113.0/24',
    SMS_SENDER: `file:${join(folder, 'sms')}`,
    LOG_FILE: join(folder, 'log'),
    LOG_LEVEL: 'warn',
    SHUTDOWN_DELAY: '1',
  };
});
afterAll(async () => {
  await stopOwnServers();
  rmSync(folder, { recursive: true });
});

async function instances(count: number): Promise<OwnInstance[]> {
  return Promise.all(
    Array.from({ length: count }, (_, n) =>
      ownInstance({ ...env, LOG_FILE: join(folder, `log-${n}`) }),
    ),
  );
}

async function query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

test('whatever is killed under load, all that was acknowledged is there, exactly once', {
  timeout: 180_000,
}, async () => {
  const all = await instances(3);
  // Together, so that they race for the migrations too.
  await Promise.all(all.map((each) => each.start()));
  const [first] = all as [OwnInstance];
  const load = startLoad(
    all.map(({ url }) => url),
    8,
  );
  await until(async () => load.acknowledged.signIns.length > 20);

  const faults: [string, () => Promise<void>][] = [
    ['nothing', () => sleep(1_000)],
    [
      'SIGKILL of one instance',
      async () => {
        await first.stop('SIGKILL');
        await sleep(1_000);
        await first.start();
      },
    ],
    [
      'PostgreSQL, immediate restart',
      async () => {
        await postgres.stop('immediate');
        await postgres.start();
      },
    ],
    [
      'Redis, restart',
      async () => {
        await redis.stop();
        await sleep(500);
        await redis.start();
      },
    ],
    [
      'Redis, frozen for 2 s',
      async () => {
        redis.freeze();
        await sleep(2_000);
        redis.thaw();
      },
    ],
    [
      'rolling restart of all',
      async () => {
        for (const each of all) {
          expect(await each.stop('SIGTERM')).toBe(0);
          await each.start();
        }
      },
    ],
  ];
  const report = [];
  for (const [fault, happen] of faults) {
    const since = performance.now();
    const known = load.acknowledged.signIns.length;
    await happen();
    // It recovers by itself: new people get in again.
    await until(async () => load.acknowledged.signIns.length > known + 30, 30);
    report.push({ fault, ...load.report(since) });
  }
  await load.stop();
  for (const { fault, requests, failed, outage, slowest, failures } of report) {
    const rate = ((failed / requests) * 100).toFixed(2);
    console.log(
      `${fault}: ${failed} of ${requests} requests failed (${rate} %), longest outage ${outage} ms, slowest ${slowest} ms`,
      failures,
    );
  }

  const { signIns, activations, revocations, deletions } = load.acknowledged;
  console.log(
    `acknowledged: ${signIns.length} sign-ins, ${activations.length} activations, ${revocations.length} sessions ended, ${deletions.length} accounts deleted`,
  );
  expect(report[0]?.failed).toBe(0);
  const rolling = report.at(-1);
  expect((rolling?.failed ?? 0) / (rolling?.requests ?? 1)).toBeLessThan(0.01);
  const users = await query<{ id: string; phone: string | null; status: string; codes: number }>(
    `select id, phone, status, (select count(*)::int from invite_codes where user_id = users.id) as codes from users`,
  );
  const byId = new Map(users.map((user) => [user.id, user]));
  // A deletion whose answer was lost may have been done all the same.
  for (const { phone, userId } of signIns)
    if (byId.get(userId)?.status === 'active')
      expect(byId.get(userId)).toMatchObject({ phone, codes: 1 });
    else expect(byId.get(userId)).toMatchObject({ phone: null, status: 'deleted' });
  const phones = users.flatMap(({ phone }) => phone ?? []);
  expect(new Set(phones).size).toBe(phones.length);
  for (const { userId } of deletions) expect(byId.get(userId)?.status).toBe('deleted');
  const sessions = await query<{ id: string; revoked: boolean }>(
    'select id, revoked_at is not null as revoked from sessions',
  );
  const bySession = new Map(sessions.map(({ id, revoked }) => [id, revoked]));
  const active = signIns.filter(({ userId }) => byId.get(userId)?.status === 'active');
  expect(active.filter(({ sessionId }) => !bySession.has(sessionId))).toEqual([]);
  expect(revocations.filter(({ sessionId }) => !bySession.get(sessionId))).toEqual([]);
  const referrals = await query<{ refereeId: string; referrerId: string; code: string }>(
    'select referee_id as "refereeId", referrer_id as "referrerId", invite_code as code from referrals',
  );
  const byReferee = new Map(referrals.map((referral) => [referral.refereeId, referral]));
  for (const { userId, referrerId, inviteCode } of activations)
    expect(byReferee.get(userId)).toMatchObject({ referrerId, code: inviteCode });
  // Nothing is half done: the counts are those of the rows.
  expect(
    await query(`select u.id from users u where referral_count <>
      (select count(*) from referrals where referrer_id = u.id)`),
  ).toEqual([]);
});

test('SIGTERM: /readyz says so, requests under way are answered, and those that last too long are cut off', async () => {
  const [instance] = (await Promise.all([
    ownInstance({
      ...env,
      SHUTDOWN_DELAY: '1',
      SHUTDOWN_TIMEOUT: '1',
      DATABASE_LOCK_TIMEOUT: '20',
      DATABASE_STATEMENT_TIMEOUT: '20',
    }),
  ])) as [OwnInstance];
  await instance.start();
  const phone = '+79998887766';
  const ask = () =>
    fetch(`${instance.url}/api/v1/auth/code`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '10.9.9.9' },
      body: JSON.stringify({ phone }),
    });
  expect((await ask()).status).toBe(200);
  await query(`update phone_codes set sent_at = '{}'`);

  // Whoever holds the phone's row makes the next request for it wait.
  const holder = new Client({ connectionString: postgres.url });
  await holder.connect();
  const hold = () => holder.query('begin; select from phone_codes for update');
  const waiting = async () =>
    until(async () => {
      const rows = await query(`select from pg_stat_activity where wait_event_type = 'Lock'`);
      return rows.length > 0;
    });
  await hold();
  const slow = ask();
  await waiting();
  let exit = instance.stop('SIGTERM');
  await until(async () => (await fetch(`${instance.url}/readyz`)).status === 503);
  await holder.query('rollback');
  expect((await slow).status).toBe(200);
  expect(await exit).toBe(0);

  await instance.start();
  await query(`update phone_codes set sent_at = '{}'`);
  await hold();
  const endless = ask();
  const cut = expect(endless).rejects.toThrow();
  await waiting();
  const asked = performance.now();
  exit = instance.stop('SIGTERM');
  await cut;
  expect(performance.now() - asked).toBeLessThan(4_000);
  await holder.query('rollback');
  expect(await exit).toBe(0);
  await holder.end();
});
