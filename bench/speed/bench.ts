import { request } from './connection.ts';
import { launchBaseline, launchFloor, launchInvitree } from './contenders.ts';
import { createFixture, type Fixture, type User } from './fixture.ts';
import { openAll, strict } from './load.ts';
import type { Pace, Runner } from './measure.ts';
import { type Contender, memory } from './processes.ts';
import { printSection, type Row, type Section } from './report.ts';
import * as workloads from './workloads.ts';

export interface Bench {
  fixture: Fixture;
  redis: string;
  pace: Pace;
  /** More rounds, for ratios close to their target: a single round varies by a fifth. */
  precisePace: Pace;
  quick: boolean;
  /** Users with 0, 10 and 1,000 referees. */
  noReferees: User;
  tenReferees: User;
  thousandReferees: User;
  invitree: Contender;
  floor: Contender;
  baseline: Contender;
  /** Resident memory in MB before the first request. */
  idleMemory: { invitree: number; baseline: number };
  constant: Runner;
  baselineSession: Runner;
  /** Phones with an account at the baseline server. */
  baselinePhones: string[];
  /** Runners that read a user's profile: the floor, and Invitree over both protocols. */
  profileRunners(user: User): [Runner, Runner, Runner];
  /** Registers a server to be stopped at the end. */
  start(launching: Promise<Contender>): Promise<Contender>;
  addSection(title: string, rows: Row[], columns?: string[]): void;
}

/** Creates the fixture and starts all servers that are measured side by side. */
export async function openBench(options: { server: string; redis: string; quick: boolean }) {
  const { server, redis, quick } = options;
  const fixture = await createFixture(server);
  const contenders: Contender[] = [];
  const sections: Section[] = [];
  const close = async () => {
    for (const contender of contenders.splice(0)) await contender.stop();
    await fixture.drop();
  };
  const start = async (launching: Promise<Contender>) => {
    const contender = await launching;
    contenders.push(contender);
    return contender;
  };
  try {
    const [noReferees, tenReferees, thousandReferees] = fixture.profileUsers;
    if (!noReferees || !tenReferees || !thousandReferees)
      throw new Error('The seed lacks users with 0, 10 or 1,000 referees');
    const invitree = await start(launchInvitree(fixture, redis));
    const idleInvitree = memory(invitree.pid).now;
    const headers = { authorization: `Bearer ${tenReferees.token}` };
    const response = await fetch(`${invitree.url}/api/v1/profile`, { headers });
    const floor = await start(launchFloor(fixture, await response.text()));
    const baseline = await start(launchBaseline(fixture));
    const idleBaseline = memory(baseline.pid).now;
    const baselinePhones = Array.from({ length: 400 }, (_, i) => `+7998${1_000_000 + i}`);
    const token = await signUpToBaseline(baseline, baselinePhones);
    const pace = quick ? { rounds: 3, ms: 500 } : { rounds: 5, ms: 1000 };
    const bench: Bench = {
      ...{ fixture, redis, quick, noReferees, tenReferees, thousandReferees },
      ...{ invitree, floor, baseline, baselinePhones, start },
      pace,
      precisePace: quick ? pace : { ...pace, rounds: 9 },
      idleMemory: { invitree: idleInvitree, baseline: idleBaseline },
      constant: runner('Floor: constant JSON', floor, workloads.always(request('GET /constant'))),
      baselineSession: runner(
        'better-auth: session check',
        baseline,
        workloads.always(request('GET /api/auth/get-session', { token })),
      ),
      profileRunners: (user) => [
        runner('Floor: one statement', floor, workloads.always(request('GET /profile', user))),
        runner('Invitree, REST', invitree, workloads.profileOverRest(user)),
        runner('Invitree, tRPC', invitree, workloads.profileOverTrpc(user)),
      ],
      addSection(title, rows, columns = ['per second', 'min', 'max', 'CPU µs']) {
        const section = { title, columns, rows };
        sections.push(section);
        printSection(section);
      },
    };
    return { bench, sections, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns a session token of the first phone's account */
async function signUpToBaseline(baseline: Contender, phones: string[]): Promise<string> {
  const [connection] = await openAll([baseline.url], 1);
  if (!connection) throw new Error('No connection');
  const signIn = workloads.signInToBaseline(workloads.cycle(phones));
  for (const _ of phones) await signIn(strict(connection));
  const token = await workloads.baselineToken(strict(connection), phones[0] as string);
  connection.close();
  return token;
}

export function runner(name: string, server: Contender, workload: Runner['workload']): Runner {
  return { name, servers: [server], workload };
}
