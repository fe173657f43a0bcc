/**
 * pnpm bench scale [--small 10000] [--large 10000000] [--server postgres://...] [--rounds 20]
 *
 * Compares the latency of the rules in a small and a large database, measured in turns in one run.
 * Seeds the databases if they do not exist.
 */
import { parseArgs, styleText } from 'node:util';
import { seedUrl } from './database.ts';
import { type Latencies, measureLatencies } from './latencies.ts';
import { explainStatements } from './plans.ts';
import { seed } from './seed.ts';
import { openTarget, type Target } from './target.ts';

/** The highest acceptable ratio of the large database's latency to the small one's. */
const MAX_RATIO = 1.5;

const { values } = parseArgs({
  options: {
    small: { type: 'string', default: '10000' },
    large: { type: 'string', default: '10000000' },
    server: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432' },
    rounds: { type: 'string', default: '20' },
  },
});

const sizes = [Number(values.small), Number(values.large)];
const targets: Target[] = [];
for (const users of sizes) {
  const url = seedUrl(values.server, users);
  await seed(url, users, (line) => console.log(`  ${line}`));
  targets.push(await openTarget(url, users));
}
const [small, large] = targets as [Target, Target];

const ms = (value: number) => value.toFixed(value < 0.1 ? 4 : 2).padStart(9);
const printRow = (name: string, [a, b]: Latencies[], hasTarget: boolean) => {
  if (!a || !b) return;
  const ratio = b.median / a.median;
  const verdict = hasTarget && ratio > MAX_RATIO ? styleText('red', ' above the target') : '';
  console.log(
    `${name.padEnd(44)}${ms(a.median)}${ms(a.p99)}${ms(b.median)}${ms(b.p99)}${ratio.toFixed(2).padStart(7)}${verdict}`,
  );
};

console.log(
  `\n${''.padEnd(44)}${`${small.users} users`.padStart(18)}${`${large.users} users`.padStart(18)}`,
);
console.log(`${'milliseconds'.padEnd(44)}   median      p99   median      p99  ratio`);
for (const name of small.calls.keys()) {
  const calls = targets.map(({ calls }) => calls.get(name) as () => Promise<unknown>);
  const latencies = await measureLatencies(calls, Number(values.rounds));
  printRow(name, latencies, !/^(whole|cold):/.test(name));
}
for (const { users, chain, activateBelowFreshChain } of targets)
  console.log(
    `\nFirst activation below a chain of ${chain}, at ${users} users: ${(await activateBelowFreshChain()).toFixed(1)} ms`,
  );
for (const { users, inviteCodeCache } of targets) {
  const { hits, misses } = inviteCodeCache;
  console.log(
    `\nInvite code cache at ${users} users: ${hits} of ${hits + misses} lookups from memory`,
  );
}
console.log(`\nPlans at ${large.users} users under plan_cache_mode = force_generic_plan:`);
for (const plan of await explainStatements(large)) console.log(`  ${plan}`);
for (const { close } of targets) await close();
