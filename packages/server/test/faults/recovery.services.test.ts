import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { LaunchedServer } from '../launch.ts';
import { stopServices } from '../services/cleanup.ts';
import { startInstance } from '../services/instance.ts';
import { waitUntil } from '../services/wait-until.ts';
import { checkStored } from './acknowledged.ts';
import { type FaultFixture, startFaultFixture } from './fixture.ts';
import { startLoad } from './load.ts';

let fixture: FaultFixture;
beforeAll(async () => {
  fixture = await startFaultFixture();
});
afterAll(stopServices);

type Fault = [name: string, happen: () => Promise<void>];

function faults(instances: LaunchedServer[]): Fault[] {
  const [first] = instances as [LaunchedServer];
  const { postgres, redis } = fixture;
  return [
    ['none', () => sleep(1_000)],
    [
      'SIGKILL of one instance',
      async () => {
        await first.stop('SIGKILL');
        await sleep(1_000);
        await first.restart();
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
      'rolling restart of all instances',
      async () => {
        for (const instance of instances) {
          expect(await instance.stop('SIGTERM')).toBe(0);
          await instance.restart();
        }
      },
    ],
  ];
}

test('whatever is killed under load, everything acknowledged is stored exactly once', {
  timeout: 180_000,
}, async () => {
  // Started together, so that they also race for the migrations.
  const instances = await Promise.all(
    [0, 1, 2].map((n) =>
      startInstance({ ...fixture.env, LOG_FILE: join(fixture.folder, `log-${n}`) }),
    ),
  );
  const load = startLoad(
    instances.map(({ url }) => url),
    8,
  );
  onTestFinished(load.stop);
  const { acknowledged } = load;
  await waitUntil(async () => acknowledged.signIns.length > 20);

  const reports = [];
  for (const [fault, happen] of faults(instances)) {
    const since = performance.now();
    const signIns = acknowledged.signIns.length;
    await happen();
    // The service recovers by itself: new users can sign in again.
    await waitUntil(async () => acknowledged.signIns.length > signIns + 30, 30);
    reports.push({ fault, ...load.report(since) });
  }
  await load.stop();

  for (const { fault, requests, failed, outage, slowest, failures } of reports) {
    const rate = ((failed / requests) * 100).toFixed(2);
    console.log(
      `${fault}: ${failed} of ${requests} requests failed (${rate} %), longest outage ${outage} ms, slowest ${slowest} ms`,
      failures,
    );
  }
  const counts = Object.entries(acknowledged).map(([what, { length }]) => `${length} ${what}`);
  console.log(`acknowledged: ${counts.join(', ')}`);
  expect(reports[0]?.failed).toBe(0);
  const rolling = reports.at(-1);
  expect((rolling?.failed ?? 0) / (rolling?.requests ?? 1)).toBeLessThan(0.01);
  await checkStored(acknowledged, fixture.query);
});
