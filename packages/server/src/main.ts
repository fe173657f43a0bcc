import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import closeWithGrace from 'close-with-grace';
import { readConfig } from './config.ts';
import { StartError } from './core/start-error.ts';

const USAGE = `usage: node packages/server/src/main.ts [--check | backup FILE | restore FILE | move]

  (nothing)      start; the settings come from the environment
  --check        try the settings and the connections, change nothing, exit with 0 or 1
  backup FILE    copy the embedded database in DATA_DIR, also while the service runs
  restore FILE   put such a copy back into a DATA_DIR without a database
  move           move the embedded database in DATA_DIR to the empty PostgreSQL at DATABASE_URL
`;

/**
 * Percent of what lives by which garbage may grow before V8 collects all of it. Left alone it waits for
 * four times as much: 140 MB here, for a gain that cannot be measured.
 */
const HEAP_GROWTH = 15;

/** Milliseconds beyond the deadline for requests, in which messages are handed over and connections closed. */
const TO_CLOSE = 10_000;

async function serve(): Promise<void> {
  // Before the rest is loaded, which leaves much behind.
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
  const { start } = await import('./start.ts');
  const { app, config, close } = await start();
  const delay = (config.SHUTDOWN_DELAY + config.SHUTDOWN_TIMEOUT) * 1000 + TO_CLOSE;
  // A second signal, or the delay, ends it at once.
  closeWithGrace({ delay }, async ({ err, signal }) => {
    if (err) app.log.error({ err }, 'Stopping after an error');
    else app.log.info({ signal }, 'Stopping');
    await close();
  });
}

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function backup(file: string): Promise<void> {
  const { backUp } = await import('./database/backup.ts');
  const bytes = await backUp(readConfig().DATA_DIR, file);
  say(`${file}: ${(bytes / 1024 / 1024).toFixed(1)} MB`);
}

async function restoreFrom(file: string): Promise<void> {
  const { restore } = await import('./database/backup.ts');
  const { DATA_DIR } = readConfig();
  await restore(DATA_DIR, file);
  say(`${DATA_DIR} is as it was when ${file} was written. It wants the APP_SECRET of that time.`);
}

async function move(): Promise<void> {
  const { moveToPostgres } = await import('./database/move.ts');
  const { DATA_DIR, DATABASE_URL } = readConfig();
  if (!DATABASE_URL) throw new StartError('DATABASE_URL must say where to move to');
  const moved = await moveToPostgres(DATA_DIR, DATABASE_URL);
  for (const [table, rows] of Object.entries(moved)) say(`${table}: ${rows}`);
  say(
    `Start with this DATABASE_URL, and with the APP_SECRET of before (or ${DATA_DIR}/app-secret).`,
  );
}

async function main(args: string[]): Promise<void> {
  const options = { check: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [command, file, more] = positionals;
  if (command === 'backup' && file && !more) await backup(file);
  else if (command === 'restore' && file && !more) await restoreFrom(file);
  else if (command === 'move' && !file) await move();
  else if (command) throw new StartError(USAGE);
  else if (values.help) process.stdout.write(USAGE);
  else if (values.check) {
    const { check } = await import('./check.ts');
    const good = await check(process.env, say);
    process.exitCode = good ? 0 : 1;
  } else await serve();
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { message, stack, code = '' } = error as Error & { code?: string };
  const forOperator = error instanceof StartError || code.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${forOperator ? message : stack}\n`);
  process.exitCode = 1;
}
