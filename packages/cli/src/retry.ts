import { setTimeout as sleep } from 'node:timers/promises';
import type { InvitreeError } from '@invitree/sdk';

const ATTEMPTS = 6;

/** Calls again what may come twice, while the server is away for a moment or asks to wait. */
export async function withRetry<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const { reason, retryAfter = 2 ** attempt / 2 } = error as InvitreeError;
      if (attempt === ATTEMPTS || !AWAY.has(reason)) throw error;
      await sleep(Math.min(retryAfter, 60) * 1000);
    }
  }
}

const AWAY = new Set<InvitreeError['reason']>([
  'NETWORK',
  'TIMEOUT',
  'UNAVAILABLE',
  'RATE_LIMITED',
]);
