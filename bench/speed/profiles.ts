import { type Bench, count, latenciesOf, ratesOf } from './bench.ts';
import { launchInvitree } from './contenders.ts';
import { measureLatencies, measureRates, type Runner } from './measure.ts';
import { limitCores } from './quota.ts';
import type { Row } from './report.ts';

export async function rates({ add, pace, patience, ...bench }: Bench): Promise<void> {
  const { constant, peerSession, onProfile, none, ten, thousand } = bench;
  const first = await measureRates([constant, ...onProfile(ten), peerSession], 16, pace);
  add('Profile with 10 referees, 16 connections', ratesOf(first, { base: 1, least: 0.6 }));
  const all = await measureRates(
    [none, ten, thousand].flatMap((user, i) =>
      onProfile(user).map((each) => ({ ...each, name: `${each.name}, ${[0, 10, '1,000'][i]}` })),
    ),
    16,
    patience,
  );
  add('Profile with 0, 10 and 1,000 referees', [
    ...ratesOf(all.slice(0, 3), { base: 0 }),
    ...ratesOf(all.slice(3, 6), { base: 0 }),
    ...ratesOf(all.slice(6, 9), { base: 0 }),
  ]);
  const cost = (i: number, target?: Row['target']): Row => ({
    name: `${all[i]?.name} referees beside 10`,
    values: [all[i]?.rate ?? 0, all[i]?.least ?? 0, all[i]?.most ?? 0, all[i]?.cpu ?? 0],
    ratio: (all[i - 3]?.rate ?? 0) / (all[i]?.rate ?? 0),
    ...(target && { target }),
  });
  add('What 1,000 referees cost more', [cost(6), cost(7, { most: 1.2 }), cost(8, { most: 1.2 })]);
  for (const connections of [1, 128])
    add(
      `Profile with 10 referees, ${count(connections)}`,
      ratesOf(await measureRates(onProfile(ten), connections, pace), { base: 0, least: 0.6 }),
    );
}

/** So many calls a round that 10 are above its p99; and so many rounds that one stall of the machine is one of them. */
const LATENCY_CALLS = 1_000;
const LATENCY_ROUNDS = 11;

export async function latency({ add, quick, pace, ...bench }: Bench): Promise<void> {
  const ours = bench.onProfile(bench.ten);
  const [floor] = await measureRates([ours[0]], 16, pace);
  // Half of what they can do would be a queue on any machine: what waits there says little of who is asked.
  const quarter = Math.max(100, Math.round((floor?.rate ?? 0) / 400) * 100);
  for (const [runners, rate, which] of [
    [[...ours, bench.peerSession], 500, ''],
    [ours, quarter, ', a quarter of the floor’s rate'],
  ] as const) {
    const measured = await measureLatencies([...runners], {
      rounds: quick ? 5 : LATENCY_ROUNDS,
      ms: Math.max(1_000, (LATENCY_CALLS * 1000) / rate),
      rate,
      connections: 64,
    });
    const title = `Milliseconds at ${rate.toLocaleString('en')} a second${which}, 10 referees`;
    add(title, latenciesOf(measured, 1.5), ['median', 'p99', 'most']);
  }
}

/** Of one core, for each instance: so little that two of them, PostgreSQL and the load have room on two cores. */
const SHARE = 0.15;

export async function cluster({ add, pace, start, ...bench }: Bench): Promise<void> {
  const { ground, redis, invitree } = bench;
  const second = await start(launchInvitree(ground, redis, 'Invitree 2'));
  const [, profile] = bench.onProfile(bench.ten);
  const one: Runner = { ...profile, name: 'Invitree: one instance' };
  const two: Runner = {
    ...profile,
    name: 'Invitree: two instances',
    servers: [invitree, second],
  };
  // Both warm before one of them is slow.
  await measureRates([two], 16, { rounds: 1, ms: pace.ms });
  const lift = limitCores([invitree.pid, second.pid], SHARE);
  const limited = lift ? `, each with ${SHARE} of a core` : '';
  try {
    const measured = await measureRates([one, two], 16, pace);
    add(`Two instances beside one${limited}`, ratesOf(measured, { base: 0, least: 1.7 }));
  } finally {
    lift?.();
  }
  if (lift)
    add(
      'The same with the whole machine',
      ratesOf(await measureRates([one, two], 16, pace), { base: 0 }),
    );
}
