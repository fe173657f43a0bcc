import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  bulkhead,
  isTaskCancelledError,
  TimeoutStrategy,
  timeout as timeoutPolicy,
} from 'cockatiel';
import { maskPhone } from '../core/phone.ts';
import { SECOND } from '../core/time.ts';
import type { Logger, Metrics } from '../observability/port.ts';
import { type OutgoingSms, type SmsDelivery, SmsError, type SmsSender } from './port.ts';

interface Options {
  clock: () => number;
  metrics: Metrics;
  log: Logger;
  /** In order of preference. The second and later ones are fallbacks. */
  senders: readonly SmsSender[];
  /** Milliseconds per attempt. */
  timeout: number;
  /** Messages that may wait for a free slot. */
  maxWaiting?: number;
  /** Messages that are sent at the same time. */
  concurrency?: number;
  /** Milliseconds before the second round, doubled for each later one. */
  backoff?: number;
  /** Milliseconds that `close` may take. */
  drain?: number;
}

/** Rounds through the senders before a message is dropped. */
const MAX_ROUNDS = 5;
const MAX_BACKOFF = 8 * SECOND;

/**
 * Sends messages in the background, so requests do not wait for the provider. In each round the
 * senders are tried in order until one accepts the message, so a fallback takes over immediately.
 * Only after all have failed does a message wait for the next round, until it expires.
 * A sender that refuses a message permanently is not tried again for it.
 */
export function createDelivery({
  senders,
  clock,
  metrics,
  log: defaultLog,
  timeout,
  maxWaiting = 1_000,
  concurrency = 50,
  backoff = 500,
  drain = 8 * SECOND,
}: Options): SmsDelivery {
  const slots = bulkhead(concurrency, Number.POSITIVE_INFINITY);
  const pending = new Set<Promise<void>>();
  // Aggressive: also stops waiting for senders that ignore their signal.
  const attemptTimeout = timeoutPolicy(timeout, {
    strategy: TimeoutStrategy.Aggressive,
    abortOnReturn: false,
  });
  const stop = new AbortController();

  return {
    get isFull() {
      return pending.size - concurrency >= maxWaiting;
    },
    deliver(message, log = defaultLog) {
      const delivered = slots
        .execute(() => deliver(message, log))
        .finally(() => pending.delete(delivered));
      pending.add(delivered);
    },
    async close() {
      await Promise.race([idle(), sleep(drain, undefined, { signal: stop.signal, ref: false })]);
      stop.abort();
      await idle();
    },
  };

  async function idle(): Promise<void> {
    while (pending.size > 0) await Promise.all(pending);
  }

  async function deliver({ expiresAt, ...content }: OutgoingSms, log: Logger): Promise<void> {
    const message = { id: randomUUID(), ...content };
    const logged = { sms: message.id, to: maskPhone(message.to) };
    const candidates = new Set(senders);
    const started = performance.now();
    let attempts = 0;
    try {
      const sender = await sendInRounds();
      const ms = Math.round(performance.now() - started);
      log.info({ ...logged, sender, attempts, ms }, 'SMS accepted by the provider');
      metrics.count('invitree_sms_messages_total', { outcome: 'taken' });
    } catch (error) {
      log.error({ ...logged, attempts, cause: describe(error) }, 'SMS not delivered');
      metrics.count('invitree_sms_messages_total', { outcome: 'given_up' });
    }

    async function sendInRounds(): Promise<string> {
      for (let round = 1; ; round++) {
        let failure: unknown;
        for (const sender of candidates) {
          if (clock() >= +expiresAt) throw new SmsError('expired', true);
          attempts += 1;
          try {
            await attemptTimeout.execute(({ signal }) => sender.send(message, signal), stop.signal);
            metrics.count('invitree_sms_attempts_total', { sender: sender.name, outcome: 'taken' });
            return sender.name;
          } catch (error) {
            failure = error;
            if (error instanceof SmsError && error.permanent) candidates.delete(sender);
            const cause = describe(error);
            log.warn({ ...logged, sender: sender.name, cause }, 'SMS attempt failed');
            metrics.count('invitree_sms_attempts_total', {
              sender: sender.name,
              outcome: 'failed',
            });
          }
        }
        if (candidates.size === 0 || round === MAX_ROUNDS) throw failure;
        await sleep(delayAfter(round, backoff), undefined, { signal: stop.signal }).catch(() => {
          throw new SmsError('shutting down', false);
        });
      }
    }
  }
}

/** Exponential backoff, up to doubled at random so that failed messages do not retry together. */
function delayAfter(round: number, backoff: number): number {
  return Math.min(backoff * 2 ** (round - 1) * (1 + Math.random()), MAX_BACKOFF);
}

/** Describes an error for the log. A library's own message may quote the request and its code. */
function describe(error: unknown): string {
  if (error instanceof SmsError) return error.message;
  // Cockatiel's error has no helpful name.
  if (isTaskCancelledError(error)) return 'timed out';
  const { name, code, cause } = error as { name?: string; code?: unknown; cause?: unknown };
  const { code: causeCode } = (cause ?? {}) as { code?: unknown };
  return [name, code ?? causeCode].filter((part) => typeof part === 'string').join(' ');
}
