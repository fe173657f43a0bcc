import type { Logger } from './port.ts';

/** Whether a part that we depend on is there: told to the log when that changes, not at each request. */
export interface Availability {
  readonly up: boolean;
  markDown(error: unknown): void;
  markUp(): void;
}

export function createAvailability(name: string, log?: Logger): Availability {
  let up = true;
  return {
    get up() {
      return up;
    },
    markDown(err) {
      if (up) log?.error({ err }, `${name} is out of reach`);
      up = false;
    },
    markUp() {
      if (!up) log?.info(`${name} is back`);
      up = true;
    },
  };
}
