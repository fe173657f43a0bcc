/**
 * pnpm bench [--quick] [--only rates,signin] [--server postgres://...] [--redis redis://...] [--write]: what a
 * request costs here beside the least it can cost and beside a peer, in one run, in turns. `--write` puts
 * the tables and the picture into bench/.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureActivation } from './speed/activation.ts';
import { request } from './speed/connection.ts';
import { launchEmbedded, launchFloor, launchInvitree, launchPeer } from './speed/contenders.ts';
import { prepare } from './speed/ground.ts';
import { openAll, strict } from './speed/load.ts';
import {
  type Latency,
  measureLatencies,
  measureRates,
  median,
  type Rate,
  type Runner,
} from './speed/measure.ts';
import { barsOf, picture } from './speed/picture.ts';
import { type Contender, memory } from './speed/processes.ts';
import { print, type Row, type Section, table } from './speed/report.ts';
import { measureSdk } from './speed/sdk.ts';
import * as works from './speed/works.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    server: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432' },
    redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
    write: { type: 'boolean', default: false },
  },
});
const { quick } = options;
const pace = quick ? { rounds: 3, ms: 500 } : { rounds: 4, ms: 1000 };
const sections: Section[] = [];
const chosen = options.only?.split(',');

const ground = await prepare(options.server);
const [none, ten, thousand] = ground.subjects;
if (!none || !ten || !thousand) throw new Error('The seed has no such users');
const contenders: Contender[] = [];
const folders: string[] = [];
const start = async (launching: Promise<Contender>) => {
  const contender = await launching;
  contenders.push(contender);
  return contender;
};

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void cleanUp().finally(() => process.exit(1)));

try {
  const invitree = await start(launchInvitree(ground, options.redis));
  const atRest = memory(invitree.pid).now;
  const answer = await fetch(`${invitree.url}/api/v1/profile`, {
    headers: { authorization: `Bearer ${ten.token}` },
  });
  const floor = await start(launchFloor(ground, await answer.text()));
  const peer = await start(launchPeer(ground));
  const peerAtRest = memory(peer.pid).now;

  const constant = runner('Floor: constant JSON', floor, works.always(request('GET /constant')));
  const onProfile = (user: typeof ten) => [
    runner('Floor: one statement', floor, works.always(request('GET /profile', user))),
    runner('Invitree, REST', invitree, works.profileOverRest(user)),
    runner('Invitree, tRPC', invitree, works.profileOverTrpc(user)),
  ];
  const peerPhones = Array.from({ length: quick ? 100 : 400 }, (_, i) => `+7998${1_000_000 + i}`);
  const [peerConnection] = await openAll([peer.url], 1);
  if (!peerConnection) throw new Error('No connection');
  const peerSignIn = works.signInAtPeer(works.inTurn(peerPhones));
  for (const _ of peerPhones) await peerSignIn(strict(peerConnection));
  const peerToken = await works.peerToken(strict(peerConnection), peerPhones[0] as string);
  peerConnection.close();
  const peerSession = runner(
    'better-auth: session check',
    peer,
    works.always(request('GET /api/auth/get-session', { token: peerToken })),
  );

  await section('rates', async () => {
    const first = await measureRates([constant, ...onProfile(ten), peerSession], 16, pace);
    add('Profile with 10 referees, 16 connections', ratesOf(first, { base: 1, least: 0.6 }));
    const all = await measureRates(
      [none, ten, thousand].flatMap((user, i) =>
        onProfile(user).map((each) => ({ ...each, name: `${each.name}, ${[0, 10, '1,000'][i]}` })),
      ),
      16,
      pace,
    );
    add('Profile with 0, 10 and 1,000 referees', [
      ...ratesOf(all.slice(0, 3), { base: 0 }),
      ...ratesOf(all.slice(3, 6), { base: 0 }),
      ...ratesOf(all.slice(6, 9), { base: 0 }),
    ]);
    const cost = (i: number): Row => ({
      name: `${all[i]?.name} referees beside 10`,
      values: [all[i]?.rate ?? 0, all[i]?.least ?? 0, all[i]?.most ?? 0, all[i]?.cpu ?? 0],
      ratio: (all[i - 3]?.rate ?? 0) / (all[i]?.rate ?? 0),
      target: { most: 1.2 },
    });
    add('What 1,000 referees cost more', [cost(7), cost(8)]);
    for (const connections of [1, 128])
      add(
        `Profile with 10 referees, ${connections} ${connections === 1 ? 'connection' : 'connections'}`,
        ratesOf(await measureRates(onProfile(ten), connections, pace), { base: 0, least: 0.6 }),
      );
  });

  await section('latency', async () => {
    const rate = 500;
    const measured = await measureLatencies([...onProfile(ten), peerSession], {
      ...pace,
      ms: pace.ms * 1.5,
      rate,
      connections: 64,
    });
    add(`Milliseconds at ${rate} a second, 10 referees`, latenciesOf(measured), [
      'median',
      'p99',
      'most',
    ]);
  });

  await section('signin', async () => {
    const fresh = (prefix: string) => {
      let n = 0;
      return () => `${prefix}${1_000_000 + n++}`;
    };
    const known = await measureRates(
      [
        runner('better-auth', peer, peerSignIn),
        runner(
          'Invitree',
          invitree,
          works.signIn(works.inTurn(ground.regulars.map((u) => u.phone))),
        ),
      ],
      16,
      pace,
    );
    add('Request and verify a code, known phones', ratesOf(known, { base: 0, least: 3 }));
    const unknown = await measureRates(
      [
        runner('better-auth', peer, works.signInAtPeer(fresh('+7997'))),
        runner('Invitree', invitree, works.signIn(fresh('+7997'))),
      ],
      16,
      pace,
    );
    add('Request and verify a code, new phones', ratesOf(unknown, { base: 0, least: 3 }));
  });

  await section('activation', async () => {
    const measured = await measureActivation(ground, invitree, {
      rounds: pace.rounds,
      each: quick ? 160 : 400,
    });
    add('Activation, 16 connections', ratesOf(measured, { base: 0, least: 0.5 }));
  });

  await section('others', async () => {
    const regular = works.inTurn(ground.regulars);
    const list = `GET /api/v1/users/${thousand.id}/referrals`;
    const measured = await measureRates(
      [
        constant,
        runner('Invitree: refresh', invitree, works.refresh(ground.regulars)),
        runner('Invitree: check of a code', invitree, async (send) => {
          await send(request(`GET /api/v1/referral/codes/${regular().inviteCode}`));
        }),
        runner('Invitree: page of a list', invitree, works.always(request(list, thousand))),
        runner('Invitree: code by email', invitree, works.findByEmail(ground.regulars)),
      ],
      16,
      pace,
    );
    add('Other calls, 16 connections', ratesOf(measured, { base: 0 }));
  });

  await section('cluster', async () => {
    const second = await start(launchInvitree(ground, options.redis, 'Invitree 2'));
    const [, one] = onProfile(ten) as [Runner, Runner];
    for (const connections of [2, 16]) {
      const measured = await measureRates(
        [
          { ...one, name: 'Invitree: one instance' },
          { ...one, name: 'Invitree: two instances', servers: [invitree, second] },
        ],
        connections,
        pace,
      );
      add(
        `Two instances beside one, ${connections} connections`,
        ratesOf(measured, { base: 0, least: 1.7 }),
      );
    }
  });

  await section('sdk', async () => {
    const measured = await measureSdk(invitree.url, ten, {
      rounds: pace.rounds,
      calls: quick ? 200 : 1000,
    });
    add(
      'SDK beside bare fetch, one call at a time (CPU: the caller’s)',
      ratesOf(measured, { base: 0 }),
    );
  });

  await section('embedded', async () => {
    const { folder, started } = launchEmbedded();
    const embedded = await start(started);
    const user = await works.withReferees(embedded.url, 10);
    const measured = await measureRates(
      [
        runner('Invitree, embedded: profile, REST', embedded, works.profileOverRest(user)),
        runner('Invitree, embedded: sign-in', embedded, works.signIn(works.inTurn(peerPhones))),
      ],
      16,
      pace,
    );
    add('Embedded database, 16 connections', ratesOf(measured));
    add(
      'Embedded: memory (MB) and first start (ms)',
      [{ name: embedded.name, values: [memory(embedded.pid).peak, embedded.startup] }],
      ['at most', 'start'],
    );
    folders.push(folder);
  });

  await section('memory', async () => {
    const starts: number[] = [];
    for (let n = 0; n < (quick ? 1 : 3); n++) {
      const another = await launchInvitree(ground, options.redis, 'Invitree again');
      starts.push(another.startup);
      await another.stop();
    }
    const { peak } = memory(invitree.pid);
    add(
      'Memory (MB) and start (ms)',
      [
        {
          name: 'Invitree',
          values: [atRest, peak, median(starts)],
          ratio: peak / 250,
          target: { most: 1 },
        },
        {
          name: 'better-auth',
          values: [peerAtRest, memory(peer.pid).peak, peer.startup],
        },
        { name: 'Floor', values: [Number.NaN, memory(floor.pid).peak, floor.startup] },
      ],
      ['at rest', 'at most', 'start'],
    );
  });
  if (options.write) write(sections);
} finally {
  await cleanUp();
}

async function cleanUp() {
  for (const contender of contenders.splice(0)) await contender.stop();
  await ground.drop();
  for (const folder of folders) rmSync(folder, { recursive: true });
}

async function section(name: string, measure: () => Promise<void>) {
  if (!chosen || chosen.includes(name)) await measure();
}

function add(title: string, rows: Row[], columns = ['a second', 'least', 'most', 'CPU µs']) {
  const section = { title, columns, rows };
  sections.push(section);
  print(section);
}

function runner(name: string, server: Contender, work: Runner['work']): Runner {
  return { name, servers: [server], work };
}

/** @param least what ours must reach, as a share of the one at `base` */
function ratesOf(rates: Rate[], { base, least }: { base?: number; least?: number } = {}): Row[] {
  const reference = base === undefined ? undefined : rates[base];
  return rates.map((each) => ({
    name: each.name,
    values: [each.rate, each.least, each.most, each.cpu],
    ...(reference && each !== reference && { ratio: each.rate / reference.rate }),
    ...(least && each !== reference && /^Invitree/.test(each.name) && { target: { least } }),
  }));
}

function latenciesOf(latencies: Latency[]): Row[] {
  const [reference] = latencies;
  return latencies.map((each) => ({
    name: each.name,
    values: [each.median, each.p99, each.most],
    ...(reference && each !== reference && { ratio: each.p99 / reference.p99 }),
    ...(/^Invitree/.test(each.name) && { target: { most: 1.5 } }),
  }));
}

/** The tables go between two marks in README.md, so that what is said of them stays. */
function write(all: Section[]) {
  const readme = new URL('README.md', import.meta.url);
  const load = loadavg().map((value) => value.toFixed(1));
  const said = `Load average at the end ${load.join(', ')}; ${cpus().length} cores; Node ${process.version}.`;
  const tables = all.map(table).join('\n\n');
  const text = readFileSync(readme, 'utf8').replace(
    /(<!-- speed -->\n).*(<!-- \/speed -->)/s,
    (_, from, to) => `${from}\n${said}\n\n${tables}\n\n${to}`,
  );
  writeFileSync(readme, text);
  const shown = all.filter(({ columns }) => columns[0] === 'a second');
  const groups = shown.map((each) => ({ title: `${each.title}, a second`, bars: barsOf(each) }));
  writeFileSync(new URL('speed.svg', import.meta.url), picture(groups));
}
