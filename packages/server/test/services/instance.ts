import { PRODUCTION } from '../harness.ts';
import { type LaunchedServer, launch } from '../launch.ts';
import { atSuiteEnd } from './cleanup.ts';

/** Starts the server with these settings, and in production with what it requires. It is killed when the suite ends. */
export async function startInstance(env: Record<string, string>): Promise<LaunchedServer> {
  const server = await launch({
    env: { ...(env['NODE_ENV'] === 'production' && PRODUCTION), ...env },
  });
  atSuiteEnd(() => server.stop('SIGKILL'));
  return server;
}
