import type { Bench } from './bench.ts';
import { launchInvitree } from './contenders.ts';
import { limitCpu } from './cpu-quota.ts';
import { measureLatencies, measureRates, type Runner } from './measure.ts';
import type { Row } from './report.ts';
import { connectionCount, latencyRows, rateRows } from './rows.ts';

export async function rates({ addSection, pace, precisePace, ...bench }: Bench): Promise<void> {
  const { constant, baselineSession, profileRunners } = bench;
  const { noReferees, tenReferees, thousandReferees } = bench;
  const first = await measureRates(
    [constant, ...profileRunners(tenReferees), baselineSession],
    16,
    pace,
  );
  addSection('Profile with 10 referees, 16 connections', rateRows(first, { base: 1, min: 0.6 }));
  const all = await measureRates(
    [noReferees, tenReferees, thousandReferees].flatMap((user, i) =>
      profileRunners(user).map((each) => ({
        ...each,
        name: `${each.name}, ${[0, 10, '1,000'][i]}`,
      })),
    ),
    16,
    precisePace,
  );
  addSection('Profile with 0, 10 and 1,000 referees', [
    ...rateRows(all.slice(0, 3), { base: 0 }),
    ...rateRows(all.slice(3, 6), { base: 0 }),
    ...rateRows(all.slice(6, 9), { base: 0 }),
  ]);
  const cost = (i: number, target?: Row['target']): Row => ({
    name: `${all[i]?.name} referees`,
    values: [all[i]?.rate ?? 0, all[i]?.min ?? 0, all[i]?.max ?? 0, all[i]?.cpu ?? 0],
    ratio: (all[i - 3]?.rate ?? 0) / (all[i]?.rate ?? 0),
    ...(target && { target }),
  });
  addSection('Profile with 1,000 referees, cost relative to 10', [
    cost(6),
    cost(7, { max: 1.2 }),
    cost(8, { max: 1.2 }),
  ]);
  for (const connections of [1, 128])
    addSection(
      `Profile with 10 referees, ${connectionCount(connections)}`,
      rateRows(await measureRates(profileRunners(tenReferees), connections, pace), {
        base: 0,
        min: 0.6,
      }),
    );
}

/** Enough calls per round for 10 above the p99, and enough rounds to outweigh a stalled machine. */
const LATENCY_CALLS = 1_000;
const LATENCY_ROUNDS = 11;

export async function latency({ addSection, quick, pace, ...bench }: Bench): Promise<void> {
  const profiles = bench.profileRunners(bench.tenReferees);
  const [floor] = await measureRates([profiles[0]], 16, pace);
  // At half of the maximum rate, queueing would dominate the latency of any server.
  const quarter = Math.max(100, Math.round((floor?.rate ?? 0) / 400) * 100);
  for (const [runners, rate, note] of [
    [[...profiles, bench.baselineSession], 500, ''],
    [profiles, quarter, ', a quarter of the floor’s rate'],
  ] as const) {
    const measured = await measureLatencies([...runners], {
      rounds: quick ? 5 : LATENCY_ROUNDS,
      ms: Math.max(1_000, (LATENCY_CALLS * 1000) / rate),
      rate,
      connections: 64,
    });
    const title = `Latency (ms) at ${rate.toLocaleString('en')} per second${note}, 10 referees`;
    addSection(title, latencyRows(measured, 1.5), ['median', 'p99', 'max']);
  }
}

/** The share of a core per instance. It leaves room for PostgreSQL and the load on two cores. */
const CPU_SHARE = 0.15;

export async function cluster({ addSection, pace, start, ...bench }: Bench): Promise<void> {
  const { fixture, redis, invitree } = bench;
  const second = await start(launchInvitree(fixture, redis, 'Invitree 2'));
  const [, profile] = bench.profileRunners(bench.tenReferees);
  const one: Runner = { ...profile, name: 'Invitree: one instance' };
  const two: Runner = {
    ...profile,
    name: 'Invitree: two instances',
    servers: [invitree, second],
  };
  // Warms up both instances before their CPU is limited.
  await measureRates([two], 16, { rounds: 1, ms: pace.ms });
  const removeLimits = limitCpu([invitree.pid, second.pid], CPU_SHARE);
  const limited = removeLimits ? `, each with ${CPU_SHARE} of a core` : '';
  try {
    const measured = await measureRates([one, two], 16, pace);
    addSection(
      `Two instances compared with one${limited}`,
      rateRows(measured, { base: 0, min: 1.7 }),
    );
  } finally {
    removeLimits?.();
  }
  if (removeLimits)
    addSection(
      'Two instances compared with one, without CPU limits',
      rateRows(await measureRates([one, two], 16, pace), { base: 0 }),
    );
}
