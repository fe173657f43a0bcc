import { setTimeout as sleep } from 'node:timers/promises';
import type { InvitreeError } from '@invitree/sdk';

const MAX_ATTEMPTS = 6;
/** Seconds */
const MAX_DELAY = 60;
const TRANSIENT = new Set<InvitreeError['reason']>([
  'NETWORK',
  'TIMEOUT',
  'UNAVAILABLE',
  'RATE_LIMITED',
]);

/** Retries an idempotent call while the server is unreachable or rate-limits it. */
export async function withRetry<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const { reason, retryAfter = 2 ** attempt / 2 } = error as InvitreeError;
      if (attempt === MAX_ATTEMPTS || !TRANSIENT.has(reason)) throw error;
      await sleep(Math.min(retryAfter, MAX_DELAY) * 1000);
    }
  }
}
