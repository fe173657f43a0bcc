import { createClient } from '../../packages/sdk/src/index.ts';
import type { User } from './fixture.ts';
import { median, type Rate } from './measure.ts';

/** Measures sequential calls through the SDK and through plain `fetch`, in turns. */
export async function measureSdk(
  url: string,
  { id, token }: User,
  { rounds, calls }: { rounds: number; calls: number },
): Promise<Rate[]> {
  const tokens = {
    accessToken: token,
    refreshToken: '',
    userId: id,
    refreshAt: Number.POSITIVE_INFINITY,
  };
  const client = createClient({ url, storage: { load: () => tokens, save: () => {} } });
  const headers = { authorization: `Bearer ${token}` };
  const clients = {
    'plain fetch': async () => (await fetch(`${url}/trpc/profile.me`, { headers })).json(),
    'the SDK': () => client.profile.me(),
  };
  const results = Object.entries(clients).map(([name, call]) => ({
    name,
    call,
    rates: [] as number[],
    cpu: 0,
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const result of results) {
      const cpu = process.cpuUsage();
      const started = performance.now();
      for (let n = 0; n < calls; n++) await result.call();
      const { user, system } = process.cpuUsage(cpu);
      if (round === 0) continue;
      result.rates.push(calls / ((performance.now() - started) / 1000));
      result.cpu += user + system;
    }
  }
  return results.map(({ name, rates, cpu }) => ({
    name,
    rate: median(rates),
    min: Math.min(...rates),
    max: Math.max(...rates),
    cpu: cpu / (rounds * calls),
  }));
}
