import type { Logger } from '../observability/port.ts';

export interface SmsSender {
  /** For logs and metrics, as in `twilio`. */
  readonly name: string;
  /**
   * Resolves when the provider has taken the message. A sender may leave `signal` alone: the delivery
   * stops waiting by itself.
   * @throws SmsFailure, or whatever its library throws if nobody answered
   */
  send(message: SmsMessage, signal: AbortSignal): Promise<void>;
}

export interface SmsMessage {
  /** The same for every try at one message: providers that know it send no second one. */
  id: string;
  /** E.164 */
  to: string;
  text: string;
}

/** A provider's answer that is no success. The message is for the log, so it quotes nothing. */
export class SmsFailure extends Error {
  override name = 'SmsFailure';
  /** Whether the same provider would refuse the same message again. */
  readonly permanent: boolean;

  constructor(message: string, permanent: boolean) {
    super(message);
    this.permanent = permanent;
  }
}

/** Takes messages at once and sees to it that they are sent. */
export interface SmsDelivery {
  /** Whether as many wait as may. */
  readonly full: boolean;
  /** @param log where the outcome is told, beside the metrics */
  deliver(message: SmsToDeliver, log?: Logger): void;
  /** Sends what waits, as far as there is time for it. */
  close(): Promise<void>;
}

export interface SmsToDeliver {
  /** E.164 */
  to: string;
  text: string;
  /** After this it would be of no use. */
  expiresAt: Date;
}
