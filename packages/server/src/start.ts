import type { FastifyInstance } from 'fastify';
import { type Config, readConfig } from './config.ts';
import { startCleanup } from './database/cleanup.ts';
import type { Deps } from './deps.ts';
import { buildApp } from './http/app.ts';
import { listen, shutDown } from './http/listen.ts';
import { openDeps } from './open-deps.ts';

export interface RunningServer {
  app: FastifyInstance;
  config: Config;
  /** Where the server listens, such as `http://127.0.0.1:3000`. */
  url: string;
  /** Finishes requests in progress, then closes connections in reverse order of opening. */
  close(): Promise<void>;
}

/**
 * Starts the server: reads the settings, opens the dependencies, builds the app and listens.
 * @throws StartError if a setting is wrong or a dependency cannot be opened
 */
export async function start(env?: Record<string, string | undefined>): Promise<RunningServer> {
  const config = readConfig(env);
  await using opened = new AsyncDisposableStack();
  const deps = await openDeps(config, opened);
  const app = await buildApp(deps);
  opened.defer(() => shutDown(app, config));
  const url = await listen(app, config);
  if (config.CLEANUP_INTERVAL > 0) {
    const cleanup = startCleanup(deps, config.CLEANUP_INTERVAL);
    opened.defer(() => cleanup.close());
  }
  if (!config.production) process.stdout.write(welcome(url, deps));
  const running = opened.move();
  return { app, config, url, close: () => running.disposeAsync() };
}

function welcome(url: string, { config, database }: Deps): string {
  const { REDIS_URL, SMS_SENDER } = config;
  return `
  Invitree listens on ${url}
  Database     ${database.description}
  Rate limits  ${REDIS_URL ? 'shared through Redis' : 'in this process (one instance only)'}
  Codes        ${SMS_SENDER === 'console' ? 'printed here' : `sent by SMS_SENDER=${SMS_SENDER}`}
  Try it       ${url}/app, ${url}/docs

`;
}
