import type { Connection } from './connection.ts';
import { closedLoop, fixedRate, openAll, type Workload } from './load.ts';
import { type Contender, cpuTime } from './processes.ts';

/** A workload and the server that runs it, or several servers that share it. */
export interface Runner {
  name: string;
  servers: Contender[];
  workload: Workload;
}

export interface Rate {
  name: string;
  /** Runs per second, the median of the rounds. */
  rate: number;
  min: number;
  max: number;
  /** Microseconds of the servers' CPU time per run, without PostgreSQL's. */
  cpu: number;
}

export interface Pace {
  rounds: number;
  /** Milliseconds per round. */
  ms: number;
  /** Milliseconds of the warm-up round. V8 optimizes hot code within some ten thousand calls. */
  warmUp?: number;
}

/**
 * Measures the runners in turns, so that other load on the machine affects all of them equally. The
 * first round is a warm-up.
 * @param connections per server
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
      // Not earlier: servers close connections that stay silent.
      if (round === 0) state.connections = await open(state.runner, connections);
      const { servers, workload } = state.runner;
      const cpu = () => servers.reduce((sum, { pid }) => sum + cpuTime(pid), 0);
      const before = cpu();
      const { count, rate } = await closedLoop(state.connections, workload, {
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
      min: rates[0] as number,
      max: rates.at(-1) as number,
      cpu: (cpu * 1000) / count,
    };
  });
}

export interface Latency {
  name: string;
  /** In milliseconds; the median of the rounds' medians. */
  median: number;
  p99: number;
  max: number;
}

/** The first milliseconds of a round do not count: after a pause, every server stalls for 20 ms. */
const LEAD_IN = 300;

/** Measures latencies at a fixed rate per second, whether or not a server keeps up with it. */
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
      const { workload } = state.runner;
      const sample = await fixedRate(state.connections, workload, { rate, ms: LEAD_IN + ms });
      const counted = sample.slice((LEAD_IN * rate) / 1000);
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
      max: Math.max(...samples.map((sample) => sample.at(-1) as number)),
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
