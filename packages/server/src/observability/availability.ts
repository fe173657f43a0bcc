import type { Logger } from './port.ts';

/** Whether a dependency is reachable. Changes are logged, not every failed request. */
export interface Availability {
  readonly up: boolean;
  markDown(error: unknown): void;
  markUp(): void;
}

/** Creates the availability of a dependency, which counts as reachable at first. */
export function createAvailability(name: string, log?: Logger): Availability {
  let up = true;
  return {
    get up() {
      return up;
    },
    markDown(err) {
      if (up) log?.error({ err }, `${name} is unreachable`);
      up = false;
    },
    markUp() {
      if (!up) log?.info(`${name} is reachable again`);
      up = true;
    },
  };
}
