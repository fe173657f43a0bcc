import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { stopServices } from '../services/cleanup.ts';
import { startInstance } from '../services/instance.ts';
import { waitUntil } from '../services/wait-until.ts';
import { type FaultFixture, startFaultFixture } from './fixture.ts';

let fixture: FaultFixture;
beforeAll(async () => {
  fixture = await startFaultFixture();
});
afterAll(stopServices);

test('SIGTERM fails /readyz, lets requests finish, and cuts off those that exceed the deadline', async () => {
  const instance = await startInstance({
    ...fixture.env,
    LOG_FILE: join(fixture.folder, 'log'),
    SHUTDOWN_TIMEOUT: '1',
    DATABASE_LOCK_TIMEOUT: '20',
    DATABASE_STATEMENT_TIMEOUT: '20',
  });
  const phone = '+79998887766';
  const requestCode = () =>
    fetch(`${instance.url}/api/v1/auth/code`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '10.9.9.9' },
      body: JSON.stringify({ phone }),
    });
  const clearSendLimits = () => fixture.query(`update phone_codes set sent_at = '{}'`);
  expect((await requestCode()).status).toBe(200);
  await clearSendLimits();

  // While this connection locks the phone's row, requests for the phone wait.
  const locker = new Client({ connectionString: fixture.postgres.url });
  onTestFinished(() => locker.end());
  await locker.connect();
  const lock = () => locker.query('begin; select from phone_codes for update');
  const requestWaits = () =>
    waitUntil(async () => {
      const rows = await fixture.query(
        `select from pg_stat_activity where wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
  await lock();
  const slow = requestCode();
  await requestWaits();
  let exit = instance.stop('SIGTERM');
  await waitUntil(async () => (await fetch(`${instance.url}/readyz`)).status === 503);
  await locker.query('rollback');
  expect((await slow).status).toBe(200);
  expect(await exit).toBe(0);

  await instance.restart();
  await clearSendLimits();
  await lock();
  const endless = requestCode();
  const cutOff = expect(endless).rejects.toThrow();
  await requestWaits();
  const stoppedAt = performance.now();
  exit = instance.stop('SIGTERM');
  await cutOff;
  expect(performance.now() - stoppedAt).toBeLessThan(4_000);
  await locker.query('rollback');
  expect(await exit).toBe(0);
});
