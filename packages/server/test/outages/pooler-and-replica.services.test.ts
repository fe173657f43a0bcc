import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openReplica } from '../../src/database/postgres.ts';
import { testApp } from '../harness.ts';
import { stopServices } from '../services/cleanup.ts';
import { startPgBouncer } from '../services/pgbouncer.ts';
import { type PostgresServer, startPostgres } from '../services/postgres.ts';
import { isInstalled } from '../services/processes.ts';
import { waitUntil } from '../services/wait-until.ts';
import { log, open, shortTimeouts, UNAVAILABLE } from './open.ts';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(stopServices);

test('PgBouncer in transaction mode serves requests, and timeouts still apply', async ({
  skip,
}) => {
  if (!(await isInstalled('pgbouncer'))) skip('pgbouncer is not installed');
  const bouncer = await startPgBouncer(postgres);
  const database = await open(bouncer.url, { DATABASE_POOLER: 'transaction', DATABASE_POOL: '20' });
  const app = await testApp({ database });
  const [referrer, ...others] = await Promise.all(Array.from({ length: 30 }, () => app.signIn()));
  const responses = await Promise.all(
    others.map(({ accessToken: token }) =>
      app.rest('POST /referral/activate', {
        token,
        body: { inviteCode: referrer?.user.inviteCode },
      }),
    ),
  );
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(29);
  await expect(
    database.transaction((tx) => tx.query(sql`select pg_sleep(30)`)),
  ).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  await postgres.stop('immediate');
  expect(await app.rest('GET /profile', { token: referrer?.accessToken ?? '' })).toMatchObject(
    UNAVAILABLE,
  );
  await postgres.start();
  await waitUntil(
    async () =>
      (await app.rest('GET /profile', { token: referrer?.accessToken ?? '' })).status === 200,
  );
});

test('reads go to the replica, and to the primary while the replica is down', async () => {
  const primary = await open(postgres.url);
  const follower = await postgres.replica();
  const replica = await openReplica(follower.url, primary, readConfig(shortTimeouts), log);
  onTestFinished(() => replica.close());
  const inRecovery = async () =>
    (await replica.query<{ yes: boolean }>(sql`select pg_is_in_recovery() as yes`))[0]?.yes;
  expect(await inRecovery()).toBe(true);
  await replica.transaction((tx) => tx.query(sql`create table written (n int)`));
  await waitUntil(
    async () => (await replica.query(sql`select n from written`).catch(() => 0)) !== 0,
  );
  await follower.stop('immediate');
  expect(await inRecovery()).toBe(false);
  await follower.start();
  await waitUntil(async () => (await inRecovery()) === true);
});
