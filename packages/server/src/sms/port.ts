import type { Logger } from '../observability/port.ts';

export interface SmsSender {
  /** For logs and metrics, for example `twilio`. */
  readonly name: string;
  /**
   * Resolves when the provider has accepted the message. A sender may ignore `signal`: the delivery
   * enforces its own timeout.
   * @throws SmsError, or its library's own error if the provider did not respond
   */
  send(message: SmsMessage, signal: AbortSignal): Promise<void>;
}

export interface SmsMessage {
  /** The same for every attempt, so that a provider with idempotency keys sends it only once. */
  id: string;
  /** E.164 */
  to: string;
  text: string;
}

/** The provider refused a message. `message` is logged, so it must not quote the response. */
export class SmsError extends Error {
  override name = 'SmsError';
  /** True if the same provider would refuse the message again. */
  readonly permanent: boolean;

  constructor(message: string, permanent: boolean) {
    super(message);
    this.permanent = permanent;
  }
}

/** Queues messages and sends them in the background. */
export interface SmsDelivery {
  /** True if the queue is full. Callers must check this before `deliver`. */
  readonly isFull: boolean;
  /** @param log receives the outcome, which is also counted in the metrics */
  deliver(message: OutgoingSms, log?: Logger): void;
  /** Sends what it can of the queue in the time allowed, then drops the rest. */
  close(): Promise<void>;
}

export interface OutgoingSms {
  /** E.164 */
  to: string;
  text: string;
  /** No attempt starts after this. */
  expiresAt: Date;
}
