/** pnpm bench [speed | scale | seed] [its options]: each is a program of its own, `speed` if none is named. */
import { spawnSync } from 'node:child_process';

const given = process.argv.slice(2);
const named = given[0] !== undefined && !given[0].startsWith('-');
const [program, ...options] = named ? given : ['speed', ...given];
const file = new URL(`./${program}.ts`, import.meta.url).pathname;
const { status } = spawnSync(
  process.execPath,
  ['--disable-warning=ExperimentalWarning', file, ...options],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
