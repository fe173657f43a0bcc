/** Milliseconds */
export interface Latencies {
  median: number;
  p99: number;
}

const CALLS_A_ROUND = 20;

/** Calls each in turns, so that whatever else the machine does meets all of them alike. */
export async function measure(
  calls: (() => Promise<unknown>)[],
  rounds: number,
): Promise<Latencies[]> {
  const samples = calls.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, call] of calls.entries()) {
      for (let n = 0; n < CALLS_A_ROUND; n++) {
        const started = performance.now();
        await call();
        // The first round warms up.
        if (round > 0) samples[i]?.push(performance.now() - started);
      }
    }
  }
  return samples.map((sample) => {
    sample.sort((a, b) => a - b);
    const at = (share: number) => sample[Math.floor(sample.length * share)] as number;
    return { median: at(0.5), p99: at(0.99) };
  });
}
