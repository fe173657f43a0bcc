/**
 * pnpm bench scale [--small 10000] [--large 10000000] [--server postgres://...] [--rounds 20]: what a call
 * of a rule takes with few and with many users, in one run, in turns. Seeds the databases it does not find.
 */
import { parseArgs, styleText } from 'node:util';
import { type Latencies, measure } from './latencies.ts';
import { checkPlans } from './plans.ts';
import { seed, seedUrl } from './seed.ts';
import { openSubject, type Subject } from './subject.ts';

/** How many times the small one's latency a call may take with many users. */
const TARGET = 1.5;

const { values } = parseArgs({
  options: {
    small: { type: 'string', default: '10000' },
    large: { type: 'string', default: '10000000' },
    server: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432' },
    rounds: { type: 'string', default: '20' },
  },
});

const sizes = [Number(values.small), Number(values.large)];
const subjects: Subject[] = [];
for (const users of sizes) {
  const url = seedUrl(values.server, users);
  await seed(url, users, (line) => console.log(`  ${line}`));
  subjects.push(await openSubject(url, users));
}
const [small, large] = subjects as [Subject, Subject];

const ms = (value: number) => value.toFixed(value < 0.1 ? 4 : 2).padStart(9);
const line = (name: string, [a, b]: Latencies[], bounded: boolean) => {
  if (!a || !b) return;
  const ratio = b.median / a.median;
  const verdict = bounded || ratio <= TARGET ? '' : styleText('red', ' above the target');
  console.log(
    `${name.padEnd(44)}${ms(a.median)}${ms(a.p99)}${ms(b.median)}${ms(b.p99)}${ratio.toFixed(2).padStart(7)}${verdict}`,
  );
};

console.log(
  `\n${''.padEnd(44)}${`${small.users} users`.padStart(18)}${`${large.users} users`.padStart(18)}`,
);
console.log(`${'milliseconds'.padEnd(44)}   median      p99   median      p99  ratio`);
for (const name of small.calls.keys()) {
  const calls = subjects.map(({ calls }) => calls.get(name) as () => Promise<unknown>);
  const latencies = await measure(calls, Number(values.rounds));
  line(name, latencies, /^(whole|cold):/.test(name));
}
for (const { users, line, firstBelowLine } of subjects)
  console.log(
    `\nThe first activation below a line ${line} deep, at ${users} users: ${(await firstBelowLine()).toFixed(1)} ms`,
  );
for (const { users, inviteCodeCache } of subjects) {
  const { hits, misses } = inviteCodeCache;
  console.log(`\nCode cache at ${users} users: ${hits} of ${hits + misses} look-ups from memory`);
}
console.log(`\nPlans at ${large.users} users under plan_cache_mode = force_generic_plan:`);
for (const plan of await checkPlans(large)) console.log(`  ${plan}`);
for (const { close } of subjects) await close();
