import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { bulkhead, isTaskCancelledError, TimeoutStrategy, timeout as timePolicy } from 'cockatiel';
import pRetry, { AbortError } from 'p-retry';
import { maskPhone } from '../core/phone.ts';
import type { Logger, Metrics } from '../observability/port.ts';
import {
  type SmsDelivery,
  SmsFailure,
  type SmsMessage,
  type SmsSender,
  type SmsToDeliver,
} from './port.ts';

interface Options {
  clock: () => number;
  metrics: Metrics;
  log: Logger;
  /** The first is the one to use; the others stand in for it, in this order. */
  senders: readonly SmsSender[];
  /** Milliseconds that one try may take. */
  timeout: number;
  /** How many messages may wait for their turn. */
  maxWaiting?: number;
  /** How many are being sent at one time. */
  concurrency?: number;
  /** Milliseconds before the second round; doubled for each one after it, and jittered. */
  backoff?: number;
  /** Milliseconds that closing may take. */
  drain?: number;
}

/** Rounds through the senders before a message is given up. */
const ROUNDS = 5;

/**
 * Sends after the answer. A round asks each sender in turn until one takes the message, so a fallback
 * stands in at once; only when all have failed does a message wait, longer each time, until it expires.
 * One that refuses for good is not asked again.
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
  drain = 8_000,
}: Options): SmsDelivery {
  const slots = bulkhead(concurrency, Number.POSITIVE_INFINITY);
  const pending = new Set<Promise<void>>();
  // Stops waiting, also for what does not look at its signal.
  const patience = timePolicy(timeout, {
    strategy: TimeoutStrategy.Aggressive,
    abortOnReturn: false,
  });
  const stop = new AbortController();

  return {
    get full() {
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

  async function deliver({ expiresAt, ...rest }: SmsToDeliver, log: Logger) {
    const message: SmsMessage = { id: randomUUID(), ...rest };
    const about = { sms: message.id, to: maskPhone(message.to) };
    const candidates = new Set(senders);
    const started = performance.now();
    let tries = 0;
    try {
      // Nearly always it is the only one, and p-retry has to do only with those that follow.
      const first = round();
      const sender = await first.catch(() =>
        pRetry((attempt) => (attempt === 1 ? first : round()), {
          retries: ROUNDS - 1,
          minTimeout: backoff,
          maxTimeout: 8_000,
          randomize: true,
          signal: stop.signal,
        }),
      );
      const ms = Math.round(performance.now() - started);
      log.info({ ...about, sender: sender.name, tries, ms }, 'SMS taken by the provider');
      metrics.count('invitree_sms_messages_total', { outcome: 'taken' });
    } catch (error) {
      log.error({ ...about, tries, cause: describe(error) }, 'SMS given up');
      metrics.count('invitree_sms_messages_total', { outcome: 'given_up' });
    }

    async function round(): Promise<SmsSender> {
      let failure: unknown;
      for (const sender of candidates) {
        if (clock() >= +expiresAt) throw new AbortError(new SmsFailure('expired', true));
        tries += 1;
        try {
          await patience.execute(({ signal }) => sender.send(message, signal), stop.signal);
          metrics.count('invitree_sms_attempts_total', { sender: sender.name, outcome: 'taken' });
          return sender;
        } catch (error) {
          metrics.count('invitree_sms_attempts_total', { sender: sender.name, outcome: 'failed' });
          log.warn({ ...about, sender: sender.name, cause: describe(error) }, 'SMS try failed');
          if (error instanceof SmsFailure && error.permanent) candidates.delete(sender);
          failure = error;
        }
      }
      failure ??= new SmsFailure('every sender refused', true);
      if (candidates.size === 0) throw new AbortError(failure as Error);
      throw failure;
    }
  }
}

/** A failure in words of ours: a library's message may quote the request, and with it the code. */
function describe(error: unknown): string {
  if (error instanceof SmsFailure) return error.message;
  // Cockatiel's own, whose name says nothing.
  if (isTaskCancelledError(error)) return 'no answer in time';
  const { name, code, cause } = error as { name?: string; code?: unknown; cause?: unknown };
  const { code: deeper } = (cause ?? {}) as { code?: unknown };
  return [name, code ?? deeper].filter((part) => typeof part === 'string').join(' ');
}
