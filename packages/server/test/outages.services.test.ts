import { pino } from 'pino';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { openPostgres, openReplica } from '../src/database/postgres.ts';
import { openRedis } from '../src/redis/client.ts';
import { redisRateLimiter } from '../src/redis/rate-limiter.ts';
import { newPhone, openTestApp } from './harness.ts';
import {
  installed,
  type OwnPostgres,
  ownPgBouncer,
  ownPostgres,
  ownRedis,
  stopOwnServers,
  until,
} from './own-servers.ts';

const log = pino({ level: 'silent' });
const quick = {
  APP_SECRET: 'tests-only-'.repeat(4),
  DATABASE_CONNECT_TIMEOUT: '1',
  DATABASE_STATEMENT_TIMEOUT: '1',
  DATABASE_LOCK_TIMEOUT: '1',
};

async function open(url: string, env: Record<string, string> = {}) {
  const opened = await openPostgres(url, readConfig({ ...quick, ...env }), log);
  onTestFinished(() => opened.close());
  return opened;
}

let postgres: OwnPostgres;
beforeAll(async () => {
  postgres = await ownPostgres();
});
afterAll(stopOwnServers);

const UNAVAILABLE = { status: 503, body: { data: { reason: 'UNAVAILABLE' } } };

test('PostgreSQL away: 503 with Retry-After on both protocols, /readyz red, /healthz green; back without a restart', async () => {
  const database = await open(postgres.url);
  const app = await openTestApp({ database });
  onTestFinished(() => app.close());
  const { accessToken: token } = await app.signIn();
  const calls = () => [
    app.rest('GET /profile', { token }),
    app.trpc('query profile.me', { token }),
    app.rest('POST /auth/code', { body: { phone: newPhone() } }),
    // Through Prisma
    app.rest('GET /auth/sessions', { token }),
    app.rest('PATCH /profile', { token, body: { displayName: 'Anna' } }),
  ];
  const ready = async () => (await app.send('GET', '/readyz', {})).status;

  for (const mode of ['fast', 'immediate'] as const) {
    await postgres.stop(mode);
    for (const answer of await Promise.all(calls())) {
      expect(answer).toMatchObject(UNAVAILABLE);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.body.data.retryAfter).toBe(Number(answer.headers['retry-after']));
    }
    expect(await ready()).toBe(503);
    expect(database.health.up).toBe(false);
    expect((await app.send('GET', '/healthz', {})).status).toBe(200);
    await postgres.start();
    await until(async () => (await ready()) === 200);
    for (const { status } of await Promise.all(calls())) expect(status).toBe(200);
    expect(database.health.up).toBe(true);
  }
});

test('PostgreSQL frozen: no request waits beyond its limits, and all is well once it thaws', async () => {
  const app = await openTestApp({ database: await open(postgres.url) });
  onTestFinished(() => app.close());
  const { accessToken: token } = await app.signIn();
  await postgres.freeze();
  const asked = performance.now();
  const answers = await Promise.all([
    app.rest('GET /profile', { token }),
    app.rest('GET /auth/sessions', { token }),
    app.rest('POST /auth/code', { body: { phone: newPhone() } }),
    app.send('GET', '/readyz', {}),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
  expect(performance.now() - asked).toBeLessThan(5_000);
  await postgres.thaw();
  await until(async () => (await app.rest('GET /profile', { token })).status === 200);
});

test('statements and locks have their time, and what exceeds it is UNAVAILABLE and undone', async () => {
  const database = await open(postgres.url);
  await expect(database.query(sql`select pg_sleep(30)`)).rejects.toMatchObject({
    reason: 'UNAVAILABLE',
    data: { retryAfter: 1 },
  });
  await database.transaction(async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(1)`);
    await expect(
      database.transaction((other) => other.query(sql`select pg_advisory_xact_lock(1)`)),
    ).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  });
  expect(database.health.connections.waiting).toBe(0);
});

test('a transaction whose connection is lost runs again; one lost at COMMIT says so', async () => {
  const database = await open(postgres.url);
  const kill = sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'invitree' and pid <> pg_backend_pid()`;
  await database.query(sql`create table tries (n int)`);
  let attempts = 0;
  await database.transaction(async (tx) => {
    attempts += 1;
    await tx.query(sql`insert into tries values (${attempts})`);
    if (attempts === 1) await database.query(kill);
    await tx.query(sql`insert into tries values (${attempts})`);
  });
  expect(await database.query(sql`select n from tries order by n`)).toEqual([{ n: 2 }, { n: 2 }]);

  attempts = 0;
  await expect(
    database.transaction(async (tx) => {
      attempts += 1;
      await tx.query(sql`insert into tries values (99)`);
      await database.query(kill);
    }),
  ).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  expect(attempts).toBe(1);
});

test('a failure passed over inside a transaction is no success', async () => {
  const database = await open(postgres.url);
  await database.query(sql`create table once (n int primary key)`);
  await expect(
    database.transaction(async (tx) => {
      await tx.query(sql`insert into once values (1)`);
      await tx.query(sql`insert into once values (1)`).catch(() => undefined);
    }),
  ).rejects.toThrow('rolled back');
});

test('a statement that is wrong costs no connection', async () => {
  const database = await open(postgres.url, { DATABASE_POOL: '1' });
  const pid = async () =>
    (await database.query<{ pid: number }>(sql`select pg_backend_pid() as pid`))[0]?.pid;
  const before = await pid();
  await expect(database.query(sql`select 1 / 0`)).rejects.toThrow('division by zero');
  expect(await pid()).toBe(before);
});

test('behind PgBouncer in transaction mode all works, and its limits hold', async ({ skip }) => {
  if (!(await installed('pgbouncer'))) skip('pgbouncer is not installed');
  const bouncer = await ownPgBouncer(postgres);
  const database = await open(bouncer.url, { DATABASE_POOLER: 'transaction', DATABASE_POOL: '20' });
  const app = await openTestApp({ database });
  onTestFinished(() => app.close());
  const [referrer, ...others] = await Promise.all(Array.from({ length: 30 }, () => app.signIn()));
  const answers = await Promise.all(
    others.map(({ accessToken: token }) =>
      app.rest('POST /referral/activate', {
        token,
        body: { inviteCode: referrer?.user.inviteCode },
      }),
    ),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(29);
  await expect(
    database.transaction((tx) => tx.query(sql`select pg_sleep(30)`)),
  ).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  await postgres.stop('immediate');
  expect(await app.rest('GET /profile', { token: referrer?.accessToken ?? '' })).toMatchObject(
    UNAVAILABLE,
  );
  await postgres.start();
  await until(
    async () =>
      (await app.rest('GET /profile', { token: referrer?.accessToken ?? '' })).status === 200,
  );
});

test('a replica answers what may be old; away or broken off, the primary does', async () => {
  const primary = await open(postgres.url);
  const follower = await postgres.replica();
  const replica = await openReplica(follower.url, primary, readConfig(quick), log);
  onTestFinished(() => replica.close());
  const inRecovery = async () =>
    (await replica.query<{ yes: boolean }>(sql`select pg_is_in_recovery() as yes`))[0]?.yes;
  expect(await inRecovery()).toBe(true);
  await replica.transaction((tx) => tx.query(sql`create table written (n int)`));
  await until(async () => (await replica.query(sql`select n from written`).catch(() => 0)) !== 0);
  await follower.stop('immediate');
  expect(await inRecovery()).toBe(false);
  await follower.start();
  await until(async () => (await inRecovery()) === true);
});

test('Redis away or frozen: what has a limit is 503 at once, signed-in reads go on, and it comes back', async () => {
  const redis = await ownRedis();
  const app = await openTestApp({
    env: { RATE_LIMIT_EXEMPT: '203.0.113.0/24' },
    deps: { limiter: redisRateLimiter(await openRedis(redis.url, () => {})) },
  });
  onTestFinished(() => app.close());
  const { accessToken: token } = await app.signIn();
  const code = () => app.rest('POST /auth/code', { body: { phone: newPhone() } });
  for (const [away, back] of [
    [redis.stop, redis.start],
    [redis.freeze, redis.thaw],
  ] as const) {
    await away();
    const asked = performance.now();
    const refused = await code();
    expect(refused).toMatchObject(UNAVAILABLE);
    expect(refused.headers['retry-after']).toBe('5');
    expect(
      (await app.trpc('mutation auth.requestCode', { body: { phone: newPhone() } })).status,
    ).toBe(503);
    expect(performance.now() - asked).toBeLessThan(3_000);
    expect((await app.rest('GET /profile', { token })).status).toBe(200);
    expect((await app.send('GET', '/readyz', {})).status).toBe(200);
    await back();
    await until(async () => (await code()).status === 200);
  }
});
