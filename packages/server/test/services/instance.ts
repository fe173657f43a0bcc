import { type LaunchedServer, launch } from '../launch.ts';
import { atSuiteEnd } from './cleanup.ts';

/** Starts the server with these settings. It is killed when the suite ends. */
export async function startInstance(env: Record<string, string>): Promise<LaunchedServer> {
  const server = await launch({ env });
  atSuiteEnd(() => server.stop('SIGKILL'));
  return server;
}
