import { MINUTE, SECOND } from '../core/time.ts';
import type { Limit, RateLimiter } from '../redis/port.ts';
import type { Logger, Metrics } from './port.ts';

/** What a client proves its identity with. */
export type ProofMethod = 'code' | 'password';

/** Counts the proofs of the whole service. It refuses nobody: it tells the operator of an attack. */
export interface GuessingAlarm {
  /** Counts a right code or password. */
  countAccepted(method: ProofMethod): void;
  /** Counts a wrong code or password, and logs an error if there are unusually many. */
  countFailed(method: ProofMethod): void;
}

const WINDOW = 10 * MINUTE;

/** Wrong proofs of all instances that are always normal. */
const NORMAL_FAILURES: Limit = { points: 100, seconds: WINDOW / SECOND };

/** Beyond that, as many wrong proofs per right one are normal. */
const NORMAL_SHARE = 0.2;

const ONE_LINE_A_MINUTE: Limit = { points: 1, seconds: MINUTE / SECOND };

interface Sources {
  limiter: RateLimiter;
  metrics: Metrics;
  log: Logger;
  clock: () => number;
}

/**
 * Failures are counted by all instances together. Their share is that of this instance: instances
 * behind one balancer see the same mixture, and a right proof then costs no request to Redis.
 */
export function createGuessingAlarm({ limiter, metrics, log, clock }: Sources): GuessingAlarm {
  const accepted = slidingCount(clock);
  const failed = slidingCount(clock);

  async function check(): Promise<void> {
    const { wait } = await limiter.consume('proofs.failed', 'all', NORMAL_FAILURES);
    if (wait === 0 || failed.total() <= NORMAL_SHARE * accepted.total()) return;
    const line = await limiter.consume('proofs.alarm', 'all', ONE_LINE_A_MINUTE);
    if (line.wait === 0)
      log.error(
        { failed: failed.total(), accepted: accepted.total() },
        'Unusually many wrong codes and passwords in the last 10 minutes: someone may be guessing',
      );
  }

  return {
    countAccepted(method) {
      accepted.add();
      metrics.count('invitree_accepted_proofs_total', { method });
    },
    countFailed(method) {
      failed.add();
      metrics.count('invitree_failed_proofs_total', { method });
      // Not awaited: the response does not depend on it. Without Redis nobody gets this far.
      check().catch(() => undefined);
    },
  };
}

/** Counts events of the last ten minutes, by minute. */
function slidingCount(clock: () => number) {
  const minutes = new Map<number, number>();
  const now = () => Math.floor(clock() / MINUTE);
  return {
    add() {
      const minute = now();
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
      for (const old of minutes.keys()) if (old <= minute - WINDOW / MINUTE) minutes.delete(old);
    },
    total() {
      const oldest = now() - WINDOW / MINUTE;
      let total = 0;
      for (const [minute, count] of minutes) if (minute > oldest) total += count;
      return total;
    },
  };
}
