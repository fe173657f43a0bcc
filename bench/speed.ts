/**
 * pnpm bench [--quick] [--only rates,signin] [--write]
 *   [--server postgres://...] [--redis redis://...]
 *
 * Compares Invitree with the minimum cost on its stack and with better-auth, measured in turns in
 * one run. `--write` updates the tables and the chart in bench/.
 */
import { parseArgs } from 'node:util';
import { openBench } from './speed/bench.ts';
import { activation, others, sdk, signin } from './speed/calls.ts';
import { embedded, footprint } from './speed/footprint.ts';
import { cluster, latency, rates } from './speed/profiles.ts';
import { publish } from './speed/publish.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    server: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432' },
    redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
    write: { type: 'boolean', default: false },
  },
});
/** Memory comes last, because it is read after the load of the other sections. */
const SECTIONS = {
  ...{ rates, latency, signin, activation, others, cluster, sdk, embedded },
  memory: footprint,
};
const chosen = options.only?.split(',') ?? Object.keys(SECTIONS);

const { bench, sections, close } = await openBench(options);
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void close().finally(() => process.exit(1)));
try {
  for (const [name, measure] of Object.entries(SECTIONS))
    if (chosen.includes(name)) await measure(bench);
  if (options.write) publish(sections);
} finally {
  await close();
}
