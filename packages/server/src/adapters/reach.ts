import type { FastifyBaseLogger } from 'fastify';

/** Whether a part that we depend on is there: told to the log when that changes, not at each request. */
export interface Reach {
  readonly up: boolean;
  lost(error: unknown): void;
  found(): void;
}

export function createReach(name: string, log?: FastifyBaseLogger): Reach {
  let up = true;
  return {
    get up() {
      return up;
    },
    lost(err) {
      if (up) log?.error({ err }, `${name} is out of reach`);
      up = false;
    },
    found() {
      if (!up) log?.info(`${name} is back`);
      up = true;
    },
  };
}
