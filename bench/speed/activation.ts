import { request } from './connection.ts';
import type { Fixture } from './fixture.ts';
import { closedLoop, openAll } from './load.ts';
import { median, type Rate } from './measure.ts';
import { removeScript, runScript, writeScript } from './pgbench.ts';
import { type Contender, cpuTime } from './processes.ts';
import { once } from './workloads.ts';

const CONNECTIONS = 16;

/** Measures activations over REST against pgbench with the statements of one activation. */
export async function measureActivation(
  fixture: Fixture,
  server: Contender,
  { rounds, each }: { rounds: number; each: number },
): Promise<Rate[]> {
  const script = await writeScript(fixture);
  const connections = await openAll([server.url], CONNECTIONS);
  const rates = { pgbench: [] as number[], rest: [] as number[] };
  let cpu = 0;
  for (let round = 0; round <= rounds; round++) {
    const pgbench = await runScript(
      fixture,
      script,
      CONNECTIONS,
      await fixture.createNewUsers(each),
    );
    const next = once(await fixture.createNewUsers(each));
    const before = cpuTime(server.pid);
    const { rate } = await closedLoop(
      connections,
      async (send) => {
        const { token, referrerCode } = next();
        const body = { inviteCode: referrerCode };
        await send(request('POST /api/v1/referral/activate', { token, body }));
      },
      { max: each },
    );
    if (round === 0) continue;
    cpu += cpuTime(server.pid) - before;
    rates.pgbench.push(pgbench);
    rates.rest.push(rate);
  }
  for (const connection of connections) connection.close();
  removeScript(script);
  const rate = (name: string, values: number[], cpu: number): Rate => ({
    name,
    rate: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    cpu,
  });
  return [
    rate('pgbench', rates.pgbench, 0),
    rate('Invitree, REST', rates.rest, (cpu * 1000) / (rounds * each)),
  ];
}
