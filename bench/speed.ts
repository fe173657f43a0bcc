/**
 * pnpm bench [--quick] [--only rates,signin] [--server postgres://...] [--redis redis://...] [--write]: what a
 * request costs here beside the least it can cost and beside a peer, in one run, in turns. `--write` puts
 * the tables and the picture into bench/.
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
/** In this order: what takes memory comes before it is read. */
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
