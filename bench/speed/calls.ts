import { measureActivation } from './activation.ts';
import { type Bench, count, ratesOf, runner } from './bench.ts';
import { request } from './connection.ts';
import { measureRates, type Pace } from './measure.ts';
import { measureSdk } from './sdk.ts';
import * as works from './works.ts';

/** For those who have been measured, and so warmed, with another number of connections already. */
const warmed = (pace: Pace): Pace => ({ ...pace, warmUp: 500, rounds: 3 });

/** A sign-in is a lot of code: on a slow machine V8 still finds more to optimize after ten seconds. */
const SIGN_IN_WARM_UP = 12_000;

const FEWER_AND_MORE = [1, 128];

export async function signin({ add, patience, ground, invitree, peer, peerPhones }: Bench) {
  const phones = works.inTurn(ground.phones);
  const known = [
    runner('better-auth', peer, works.signInAtPeer(works.inTurn(peerPhones))),
    runner('Invitree', invitree, works.signIn(phones)),
  ];
  const fresh = (prefix: string) => {
    let n = 0;
    return () => `${prefix}${1_000_000 + n++}`;
  };
  const unknown = [
    runner('better-auth', peer, works.signInAtPeer(fresh('+7997'))),
    runner('Invitree', invitree, works.signIn(fresh('+7997'))),
  ];
  for (const [whose, runners] of Object.entries({ known, new: unknown }))
    add(
      `Request and verify a code, ${whose} phones, 16 connections`,
      ratesOf(await measureRates(runners, 16, { ...patience, warmUp: SIGN_IN_WARM_UP }), {
        base: 0,
        least: 3,
      }),
    );
  for (const connections of FEWER_AND_MORE)
    add(
      `Request and verify a code, known phones, ${count(connections)}`,
      ratesOf(await measureRates(known, connections, { ...patience, warmUp: 500 }), {
        base: 0,
        least: 3,
      }),
    );
}

export async function activation({ add, pace, quick, ground, invitree }: Bench) {
  const each = quick ? 160 : 400;
  const measured = await measureActivation(ground, invitree, { rounds: pace.rounds, each });
  add('Activation, 16 connections', ratesOf(measured, { base: 0, least: 0.5 }));
}

export async function others({ add, pace, ground, invitree, thousand, constant }: Bench) {
  const regular = works.inTurn(ground.regulars);
  const list = `GET /api/v1/users/${thousand.id}/referrals`;
  const runners = [
    constant,
    runner('Invitree: refresh', invitree, works.refresh(ground.regulars)),
    runner('Invitree: check of a code', invitree, async (send) => {
      await send(request(`GET /api/v1/referral/codes/${regular().inviteCode}`));
    }),
    runner('Invitree: page of a list', invitree, works.always(request(list, thousand))),
  ];
  // Not more often: an account may look for 20 emails an hour, and there are 2,000 of them.
  const find = runner('Invitree: code by email', invitree, works.findByEmail(ground.regulars));
  const measured = await measureRates([...runners, find], 16, { ...pace, rounds: 2 });
  add('Other calls, 16 connections', ratesOf(measured, { base: 0 }));
  for (const connections of FEWER_AND_MORE)
    add(
      `Other calls, ${count(connections)}`,
      ratesOf(await measureRates(runners, connections, warmed(pace)), { base: 0 }),
    );
}

export async function sdk({ add, pace, quick, invitree, ten }: Bench) {
  const calls = quick ? 200 : 1000;
  const measured = await measureSdk(invitree.url, ten, { rounds: pace.rounds, calls });
  add(
    'SDK beside bare fetch, one call at a time (CPU: the caller’s)',
    ratesOf(measured, { base: 0 }),
  );
}
