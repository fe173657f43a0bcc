import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { StartError } from '../core/start-error.ts';
import { SECOND } from '../core/time.ts';

/**
 * Listens on HOST and PORT.
 * @returns the URL of the server
 * @throws StartError if the address is in use or not allowed
 */
export async function listen(app: FastifyInstance, { HOST, PORT }: Config): Promise<string> {
  try {
    return await app.listen({ host: HOST, port: PORT });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'listen') throw error;
    throw new StartError(`Cannot listen on ${HOST}:${PORT}: ${(error as Error).message}`);
  }
}

/**
 * Shuts the server down: fails /readyz for SHUTDOWN_DELAY, then refuses connections and gives
 * requests in progress SHUTDOWN_TIMEOUT to finish.
 */
export async function shutDown(
  app: FastifyInstance,
  { SHUTDOWN_DELAY, SHUTDOWN_TIMEOUT }: Config,
): Promise<void> {
  app.drain();
  await sleep(SHUTDOWN_DELAY * SECOND);
  const deadline = setTimeout(() => {
    app.log.warn('Requests did not finish within SHUTDOWN_TIMEOUT; closing their connections');
    app.server.closeAllConnections();
  }, SHUTDOWN_TIMEOUT * SECOND);
  await app.close();
  clearTimeout(deadline);
}
