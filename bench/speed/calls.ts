import { measureActivation } from './activation.ts';
import { type Bench, runner } from './bench.ts';
import { request } from './connection.ts';
import { measureRates, type Pace } from './measure.ts';
import { connectionCount, rateRows } from './rows.ts';
import { measureSdk } from './sdk.ts';
import * as workloads from './workloads.ts';

/** For runners that an earlier measurement has already warmed up. */
const alreadyWarm = (pace: Pace): Pace => ({ ...pace, warmUp: 500, rounds: 3 });

/** A sign-in runs a lot of code: on a slow machine V8 keeps optimizing it for over ten seconds. */
const SIGN_IN_WARM_UP = 12_000;

const OTHER_CONNECTION_COUNTS = [1, 128];

export async function signin({
  addSection,
  precisePace,
  fixture,
  invitree,
  baseline,
  baselinePhones,
}: Bench) {
  const phones = workloads.cycle(fixture.phones);
  const knownPhones = [
    runner('better-auth', baseline, workloads.signInToBaseline(workloads.cycle(baselinePhones))),
    runner('Invitree', invitree, workloads.signIn(phones)),
  ];
  const phoneSequence = (prefix: string) => {
    let n = 0;
    return () => `${prefix}${1_000_000 + n++}`;
  };
  const newPhones = [
    runner('better-auth', baseline, workloads.signInToBaseline(phoneSequence('+7997'))),
    runner('Invitree', invitree, workloads.signIn(phoneSequence('+7997'))),
  ];
  for (const [kind, runners] of Object.entries({ known: knownPhones, new: newPhones }))
    addSection(
      `Request and verify a code, ${kind} phones, 16 connections`,
      rateRows(await measureRates(runners, 16, { ...precisePace, warmUp: SIGN_IN_WARM_UP }), {
        base: 0,
        min: 3,
      }),
    );
  for (const connections of OTHER_CONNECTION_COUNTS)
    addSection(
      `Request and verify a code, known phones, ${connectionCount(connections)}`,
      rateRows(await measureRates(knownPhones, connections, { ...precisePace, warmUp: 500 }), {
        base: 0,
        min: 3,
      }),
    );
}

export async function activation({ addSection, pace, quick, fixture, invitree }: Bench) {
  const each = quick ? 160 : 400;
  const measured = await measureActivation(fixture, invitree, { rounds: pace.rounds, each });
  addSection('Activation, 16 connections', rateRows(measured, { base: 0, min: 0.5 }));
}

export async function others({
  addSection,
  pace,
  fixture,
  invitree,
  thousandReferees,
  constant,
}: Bench) {
  const regular = workloads.cycle(fixture.regulars);
  const list = `GET /api/v1/users/${thousandReferees.id}/referrals`;
  const runners = [
    constant,
    runner('Invitree: refresh', invitree, workloads.refresh(fixture.regulars)),
    runner('Invitree: check an invite code', invitree, async (send) => {
      await send(request(`GET /api/v1/referral/codes/${regular().inviteCode}`));
    }),
    runner('Invitree: list referrals', invitree, workloads.always(request(list, thousandReferees))),
  ];
  // Two rounds only: each of the 2,000 accounts may search for 20 emails per hour.
  const find = runner(
    'Invitree: find an invite code by email',
    invitree,
    workloads.findByEmail(fixture.regulars),
  );
  const measured = await measureRates([...runners, find], 16, { ...pace, rounds: 2 });
  addSection('Other calls, 16 connections', rateRows(measured, { base: 0 }));
  for (const connections of OTHER_CONNECTION_COUNTS)
    addSection(
      `Other calls, ${connectionCount(connections)}`,
      rateRows(await measureRates(runners, connections, alreadyWarm(pace)), { base: 0 }),
    );
}

export async function sdk({ addSection, pace, quick, invitree, tenReferees }: Bench) {
  const calls = quick ? 200 : 1000;
  const measured = await measureSdk(invitree.url, tenReferees, { rounds: pace.rounds, calls });
  addSection(
    'SDK compared with plain fetch, one call at a time (CPU of the caller)',
    rateRows(measured, { base: 0 }),
  );
}
