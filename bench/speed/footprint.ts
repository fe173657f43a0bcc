import { rmSync } from 'node:fs';
import { type Bench, runner } from './bench.ts';
import { launchEmbedded, launchInvitree } from './contenders.ts';
import { measureRates, median } from './measure.ts';
import { memory } from './processes.ts';
import { rateRows } from './rows.ts';
import * as workloads from './workloads.ts';

export async function embedded({ addSection, pace, baselinePhones }: Bench) {
  const { folder, started } = launchEmbedded();
  const server = await started;
  try {
    const idle = memory(server.pid).now;
    const user = await workloads.signUpWithReferees(server.url, 10);
    const measured = await measureRates(
      [
        runner('Invitree, embedded: profile, REST', server, workloads.profileOverRest(user)),
        runner(
          'Invitree, embedded: sign-in',
          server,
          workloads.signIn(workloads.cycle(baselinePhones)),
        ),
      ],
      16,
      pace,
    );
    addSection('Embedded database, 16 connections', rateRows(measured));
    addSection(
      'Embedded database: memory (MB) and first start (ms)',
      [{ name: server.name, values: [idle, memory(server.pid).peak, server.startup] }],
      ['idle', 'peak', 'start'],
    );
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Memory after the load of all earlier sections, and startup times. */
export async function footprint({ addSection, quick, fixture, redis, ...bench }: Bench) {
  const { invitree, floor, baseline, idleMemory } = bench;
  const starts: number[] = [];
  for (let n = 0; n < (quick ? 1 : 3); n++) {
    const instance = await launchInvitree(fixture, redis, 'Invitree again');
    starts.push(instance.startup);
    await instance.stop();
  }
  const { peak } = memory(invitree.pid);
  addSection(
    'Memory (MB) and start (ms)',
    [
      {
        name: 'Invitree',
        values: [idleMemory.invitree, peak, median(starts)],
        ratio: peak / 250,
        target: { max: 1 },
      },
      {
        name: 'better-auth',
        values: [idleMemory.baseline, memory(baseline.pid).peak, baseline.startup],
      },
      { name: 'Floor', values: [Number.NaN, memory(floor.pid).peak, floor.startup] },
    ],
    ['idle', 'peak', 'start'],
  );
}
