import { request } from './connection.ts';
import { launchFloor, launchInvitree, launchPeer } from './contenders.ts';
import { type Ground, prepare, type User } from './ground.ts';
import { openAll, strict } from './load.ts';
import type { Latency, Pace, Rate, Runner } from './measure.ts';
import { type Contender, memory } from './processes.ts';
import { print, type Row, type Section } from './report.ts';
import * as works from './works.ts';

export interface Bench {
  ground: Ground;
  redis: string;
  pace: Pace;
  /** For those whose ratio is close to its target: the machine moves by a fifth from one round to the next. */
  patience: Pace;
  quick: boolean;
  /** Have 0, 10 and 1,000 referees. */
  none: User;
  ten: User;
  thousand: User;
  invitree: Contender;
  floor: Contender;
  peer: Contender;
  /** MB, before anybody asked for anything */
  atRest: { invitree: number; peer: number };
  constant: Runner;
  peerSession: Runner;
  /** Phones with an account at the peer. */
  peerPhones: string[];
  /** A user's profile: the floor's, and ours by both protocols. */
  onProfile(user: User): [Runner, Runner, Runner];
  /** Stops what was started at the end. */
  start(launching: Promise<Contender>): Promise<Contender>;
  add(title: string, rows: Row[], columns?: string[]): void;
}

/** Starts all that are measured side by side. */
export async function openBench(options: { server: string; redis: string; quick: boolean }) {
  const { server, redis, quick } = options;
  const ground = await prepare(server);
  const contenders: Contender[] = [];
  const sections: Section[] = [];
  const close = async () => {
    for (const contender of contenders.splice(0)) await contender.stop();
    await ground.drop();
  };
  const start = async (launching: Promise<Contender>) => {
    const contender = await launching;
    contenders.push(contender);
    return contender;
  };
  try {
    const [none, ten, thousand] = ground.subjects;
    if (!none || !ten || !thousand) throw new Error('The seed has no such users');
    const invitree = await start(launchInvitree(ground, redis));
    const restOfOurs = memory(invitree.pid).now;
    const headers = { authorization: `Bearer ${ten.token}` };
    const answer = await fetch(`${invitree.url}/api/v1/profile`, { headers });
    const floor = await start(launchFloor(ground, await answer.text()));
    const peer = await start(launchPeer(ground));
    const restOfPeer = memory(peer.pid).now;
    const peerPhones = Array.from({ length: 400 }, (_, i) => `+7998${1_000_000 + i}`);
    const token = await signUpAtPeer(peer, peerPhones);
    const pace = quick ? { rounds: 3, ms: 500 } : { rounds: 5, ms: 1000 };
    const bench: Bench = {
      ...{ ground, redis, quick, none, ten, thousand, invitree, floor, peer, peerPhones, start },
      pace,
      patience: quick ? pace : { ...pace, rounds: 9 },
      atRest: { invitree: restOfOurs, peer: restOfPeer },
      constant: runner('Floor: constant JSON', floor, works.always(request('GET /constant'))),
      peerSession: runner(
        'better-auth: session check',
        peer,
        works.always(request('GET /api/auth/get-session', { token })),
      ),
      onProfile: (user) => [
        runner('Floor: one statement', floor, works.always(request('GET /profile', user))),
        runner('Invitree, REST', invitree, works.profileOverRest(user)),
        runner('Invitree, tRPC', invitree, works.profileOverTrpc(user)),
      ],
      add(title, rows, columns = ['a second', 'least', 'most', 'CPU µs']) {
        const section = { title, columns, rows };
        sections.push(section);
        print(section);
      },
    };
    return { bench, sections, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns the token of the first one's session */
async function signUpAtPeer(peer: Contender, phones: string[]): Promise<string> {
  const [connection] = await openAll([peer.url], 1);
  if (!connection) throw new Error('No connection');
  const signIn = works.signInAtPeer(works.inTurn(phones));
  for (const _ of phones) await signIn(strict(connection));
  const token = await works.peerToken(strict(connection), phones[0] as string);
  connection.close();
  return token;
}

/** `1 connection`, `16 connections` */
export function count(connections: number): string {
  return `${connections} ${connections === 1 ? 'connection' : 'connections'}`;
}

export function runner(name: string, server: Contender, work: Runner['work']): Runner {
  return { name, servers: [server], work };
}

/** @param least what ours must reach, as a share of the one at `base` */
export function ratesOf(
  rates: Rate[],
  { base, least }: { base?: number; least?: number } = {},
): Row[] {
  const reference = base === undefined ? undefined : rates[base];
  return rates.map((each) => ({
    name: each.name,
    values: [each.rate, each.least, each.most, each.cpu],
    ...(reference && each !== reference && { ratio: each.rate / reference.rate }),
    ...(least && each !== reference && /^Invitree/.test(each.name) && { target: { least } }),
  }));
}

/** @param most what the p99 of ours may be, as a multiple of the first one's */
export function latenciesOf(latencies: Latency[], most: number): Row[] {
  const [reference] = latencies;
  return latencies.map((each) => ({
    name: each.name,
    values: [each.median, each.p99, each.most],
    ...(reference && each !== reference && { ratio: each.p99 / reference.p99 }),
    ...(/^Invitree/.test(each.name) && { target: { most } }),
  }));
}
