import type { Connection } from './connection.ts';
import { closedLoop, fixedRate, openAll, type Work } from './load.ts';
import { type Contender, cpuTime } from './processes.ts';

/** One who runs in a case: a server, or several that share the load, and what is asked of it. */
export interface Runner {
  name: string;
  servers: Contender[];
  work: Work;
}

export interface Rate {
  name: string;
  /** Median of the rounds, a second */
  rate: number;
  least: number;
  most: number;
  /** Microseconds of the servers' processor time for one; without PostgreSQL's */
  cpu: number;
}

export interface Pace {
  rounds: number;
  /** Milliseconds of one round */
  ms: number;
  /** Of the round that warms up, unless others have: V8 has optimized what is hot after some ten thousand calls. */
  warmUp?: number;
}

/**
 * In turns, so that whatever else the machine does meets all of them alike. The first round warms up.
 * @param connections to each server
 */
export async function measureRates(
  runners: Runner[],
  connections: number,
  { rounds, ms, warmUp = 2_000 }: Pace,
): Promise<Rate[]> {
  const states = runners.map((runner) => ({
    runner,
    connections: [] as Connection[],
    rates: [] as number[],
    count: 0,
    cpu: 0,
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const state of states) {
      // Only now: servers part with those who connect and say nothing.
      if (round === 0) state.connections = await open(state.runner, connections);
      const { servers, work } = state.runner;
      const cpu = () => servers.reduce((sum, { pid }) => sum + cpuTime(pid), 0);
      const before = cpu();
      const { count, rate } = await closedLoop(state.connections, work, {
        ms: round === 0 ? warmUp : ms,
      });
      if (round === 0) continue;
      state.rates.push(rate);
      state.count += count;
      state.cpu += cpu() - before;
    }
  }
  return states.map(({ runner, connections, rates, count, cpu }) => {
    for (const connection of connections) connection.close();
    rates.sort((a, b) => a - b);
    return {
      name: runner.name,
      rate: median(rates),
      least: rates[0] as number,
      most: rates.at(-1) as number,
      cpu: (cpu * 1000) / count,
    };
  });
}

export interface Latency {
  name: string;
  /** Milliseconds; the median of the rounds' own */
  median: number;
  p99: number;
  most: number;
}

/** Milliseconds of a round that do not count: whoever is asked again after a pause, all of these once, takes 20 ms at first. */
const LEAD = 300;

/** Milliseconds at `rate` a second, whoever keeps up with it or does not. */
export async function measureLatencies(
  runners: Runner[],
  { rate, connections, rounds, ms }: Pace & { rate: number; connections: number },
): Promise<Latency[]> {
  const states = runners.map((runner) => ({
    runner,
    connections: [] as Connection[],
    samples: [] as number[][],
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const state of states) {
      if (round === 0) state.connections = await open(state.runner, connections);
      const { work } = state.runner;
      const sample = await fixedRate(state.connections, work, { rate, ms: LEAD + ms });
      const counted = sample.slice((LEAD * rate) / 1000);
      if (round > 0) state.samples.push(counted.sort((a, b) => a - b));
    }
  }
  return states.map(({ runner, connections, samples }) => {
    for (const connection of connections) connection.close();
    const at = (share: number) =>
      median(samples.map((sample) => sample[Math.floor(sample.length * share)] as number));
    return {
      name: runner.name,
      median: at(0.5),
      p99: at(0.99),
      most: Math.max(...samples.map((sample) => sample.at(-1) as number)),
    };
  });
}

function open({ servers }: Runner, count: number): Promise<Connection[]> {
  return openAll(
    servers.map(({ url }) => url),
    count * servers.length,
  );
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
