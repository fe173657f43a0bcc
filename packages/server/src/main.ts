import { parseArgs } from 'node:util';
import closeWithGrace from 'close-with-grace';
import { check } from './check.ts';
import { start } from './start.ts';
import { StartError } from './start-error.ts';

const USAGE = `usage: node packages/server/src/main.ts [--check]

  (nothing)   start; the settings come from the environment
  --check     try the settings and the connections, change nothing, exit with 0 or 1
`;

/** Milliseconds beyond the deadline for requests, in which messages are handed over and connections closed. */
const TO_CLOSE = 10_000;

async function serve(): Promise<void> {
  const { app, config, close } = await start();
  const delay = (config.SHUTDOWN_DELAY + config.SHUTDOWN_TIMEOUT) * 1000 + TO_CLOSE;
  // A second signal, or the delay, ends it at once.
  closeWithGrace({ delay }, async ({ err, signal }) => {
    if (err) app.log.error({ err }, 'Stopping after an error');
    else app.log.info({ signal }, 'Stopping');
    await close();
  });
}

async function main(args: string[]): Promise<void> {
  const options = { check: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args, options });
  if (values.help) process.stdout.write(USAGE);
  else if (values.check) {
    const good = await check(process.env, (line) => process.stdout.write(`${line}\n`));
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
