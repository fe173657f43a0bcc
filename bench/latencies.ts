/** Milliseconds */
export interface Latencies {
  median: number;
  p99: number;
}

const CALLS_A_ROUND = 20;
const WARM_UP = 10;

/** Calls each in turns, so that whatever else the machine does meets all of them alike. */
export async function measure(
  calls: (() => Promise<unknown>)[],
  rounds: number,
): Promise<Latencies[]> {
  const samples = calls.map((): number[] => []);
  for (let round = 1; round <= WARM_UP + rounds; round++) {
    for (const [i, call] of calls.entries()) {
      for (let n = 0; n < CALLS_A_ROUND; n++) {
        const started = performance.now();
        await call();
        if (round > WARM_UP) samples[i]?.push(performance.now() - started);
      }
    }
  }
  return samples.map((sample) => {
    sample.sort((a, b) => a - b);
    const at = (share: number) => sample[Math.floor(sample.length * share)] as number;
    return { median: at(0.5), p99: at(0.99) };
  });
}
