import { rmSync } from 'node:fs';
import { type Bench, ratesOf, runner } from './bench.ts';
import { launchEmbedded, launchInvitree } from './contenders.ts';
import { measureRates, median } from './measure.ts';
import { memory } from './processes.ts';
import * as works from './works.ts';

export async function embedded({ add, pace, peerPhones }: Bench) {
  const { folder, started } = launchEmbedded();
  const server = await started;
  try {
    const atRest = memory(server.pid).now;
    const user = await works.withReferees(server.url, 10);
    const measured = await measureRates(
      [
        runner('Invitree, embedded: profile, REST', server, works.profileOverRest(user)),
        runner('Invitree, embedded: sign-in', server, works.signIn(works.inTurn(peerPhones))),
      ],
      16,
      pace,
    );
    add('Embedded database, 16 connections', ratesOf(measured));
    add(
      'Embedded: memory (MB) and first start (ms)',
      [{ name: server.name, values: [atRest, memory(server.pid).peak, server.startup] }],
      ['at rest', 'at most', 'start'],
    );
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Of those that all of the sections before have loaded. */
export async function footprint({ add, quick, ground, redis, ...bench }: Bench) {
  const { invitree, floor, peer, atRest } = bench;
  const starts: number[] = [];
  for (let n = 0; n < (quick ? 1 : 3); n++) {
    const another = await launchInvitree(ground, redis, 'Invitree again');
    starts.push(another.startup);
    await another.stop();
  }
  const { peak } = memory(invitree.pid);
  add(
    'Memory (MB) and start (ms)',
    [
      {
        name: 'Invitree',
        values: [atRest.invitree, peak, median(starts)],
        ratio: peak / 250,
        target: { most: 1 },
      },
      { name: 'better-auth', values: [atRest.peer, memory(peer.pid).peak, peer.startup] },
      { name: 'Floor', values: [Number.NaN, memory(floor.pid).peak, floor.startup] },
    ],
    ['at rest', 'at most', 'start'],
  );
}
