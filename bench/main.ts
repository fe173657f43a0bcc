/** pnpm bench [speed | scale | seed] [options]: runs one of the programs, `speed` by default. */
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
const isNamed = args[0] !== undefined && !args[0].startsWith('-');
const [program, ...options] = isNamed ? args : ['speed', ...args];
const file = new URL(`./${program}.ts`, import.meta.url).pathname;
const { status } = spawnSync(
  process.execPath,
  ['--disable-warning=ExperimentalWarning', file, ...options],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
