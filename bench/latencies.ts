/** In milliseconds. */
export interface Latencies {
  median: number;
  p99: number;
}

const CALLS_PER_ROUND = 20;
const WARM_UP_ROUNDS = 10;

/** Measures the calls in turns, so that other load on the machine affects all of them equally. */
export async function measureLatencies(
  calls: (() => Promise<unknown>)[],
  rounds: number,
): Promise<Latencies[]> {
  const samples = calls.map((): number[] => []);
  for (let round = 1; round <= WARM_UP_ROUNDS + rounds; round++) {
    for (const [i, call] of calls.entries()) {
      for (let n = 0; n < CALLS_PER_ROUND; n++) {
        const started = performance.now();
        await call();
        if (round > WARM_UP_ROUNDS) samples[i]?.push(performance.now() - started);
      }
    }
  }
  return samples.map((sample) => {
    sample.sort((a, b) => a - b);
    const at = (share: number) => sample[Math.floor(sample.length * share)] as number;
    return { median: at(0.5), p99: at(0.99) };
  });
}
