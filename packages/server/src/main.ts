import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import closeWithGrace from 'close-with-grace';
import { readConfig } from './config.ts';
import { StartError } from './core/start-error.ts';
import { SECOND } from './core/time.ts';

const USAGE = `Usage: node packages/server/src/main.ts [--check | backup FILE | restore FILE | move | migrate]

Without arguments, starts the server. Settings are read from the environment.

  --check        Validate the settings and connections without changing anything; exit with 0 or 1
  backup FILE    Back up the embedded database in DATA_DIR, even while the server is running
  restore FILE   Restore a backup into a DATA_DIR that contains no database
  move           Copy the embedded database in DATA_DIR to the empty PostgreSQL at DATABASE_URL
  migrate        Migrate the PostgreSQL at DATABASE_URL, for a server that runs as another role
`;

/**
 * Run a full GC once the heap has grown by this percentage. V8's default lets it grow to four times
 * the live data, which costs 140 MB here for no measurable gain.
 */
const HEAP_GROWTH = 15;

/** Time to deliver pending messages and close connections once requests have finished. */
const CLOSE_TIMEOUT = 10 * SECOND;

async function serve(): Promise<void> {
  // Set before loading the other modules, which produces much garbage.
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
  const { start } = await import('./start.ts');
  const { app, config, close } = await start();
  const delay = (config.SHUTDOWN_DELAY + config.SHUTDOWN_TIMEOUT) * SECOND + CLOSE_TIMEOUT;
  // A second signal exits immediately, and so does the delay when it expires.
  closeWithGrace({ delay }, async ({ err, signal }) => {
    if (err) app.log.error({ err }, 'Stopping because of an error');
    else app.log.info({ signal }, 'Stopping');
    await close();
  });
}

const print = (line: string) => void process.stdout.write(`${line}\n`);

async function backup(file: string): Promise<void> {
  const { backUp } = await import('./database/backup.ts');
  const bytes = await backUp(readConfig().DATA_DIR, file);
  print(`Saved ${file} (${(bytes / 1024 / 1024).toFixed(1)} MiB)`);
}

async function restore(file: string): Promise<void> {
  const backups = await import('./database/backup.ts');
  const { DATA_DIR } = readConfig();
  await backups.restore(DATA_DIR, file);
  print(`Restored ${file} to ${DATA_DIR}. Start with the APP_SECRET that was in use at the time.`);
}

async function move(): Promise<void> {
  const { moveToPostgres } = await import('./database/move.ts');
  const { DATA_DIR, DATABASE_URL } = readConfig();
  if (!DATABASE_URL) throw new StartError('Set DATABASE_URL to the PostgreSQL to move to');
  const moved = await moveToPostgres(DATA_DIR, DATABASE_URL);
  for (const [table, rows] of Object.entries(moved)) print(`${table}: ${rows}`);
  print('Start with this DATABASE_URL and the same APP_SECRET as before.');
  print(`If none was set, use the one in ${DATA_DIR}/app-secret.`);
}

async function migrate(): Promise<void> {
  const { migratePostgres } = await import('./database/postgres.ts');
  const config = readConfig();
  if (!config.DATABASE_URL) throw new StartError('Set DATABASE_URL to the PostgreSQL to migrate');
  const applied = await migratePostgres(config.DATABASE_URL, config);
  print(applied.length > 0 ? `Applied ${applied.join(', ')}` : 'Nothing to migrate');
}

async function main(args: string[]): Promise<void> {
  const options = { check: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [command, file, more] = positionals;
  if (command === 'backup' && file && !more) await backup(file);
  else if (command === 'restore' && file && !more) await restore(file);
  else if (command === 'move' && !file) await move();
  else if (command === 'migrate' && !file) await migrate();
  else if (command) throw new StartError(USAGE);
  else if (values.help) process.stdout.write(USAGE);
  else if (values.check) {
    const { check } = await import('./check.ts');
    const passed = await check(process.env, print);
    process.exitCode = passed ? 0 : 1;
  } else await serve();
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { message, stack, code = '' } = error as Error & { code?: string };
  const isOperatorError = error instanceof StartError || code.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${isOperatorError ? message : stack}\n`);
  process.exitCode = 1;
}
