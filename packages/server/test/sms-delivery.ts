import { Writable } from 'node:stream';
import { pino } from 'pino';
import { createMetrics } from '../src/observability/prometheus.ts';
import { createDelivery } from '../src/sms/delivery.ts';
import { SmsError, type SmsSender } from '../src/sms/port.ts';
import { httpSender } from '../src/sms/senders/http.ts';

type Options = Partial<Parameters<typeof createDelivery>[0]>;

/** A delivery with short timeouts, whose clock, log and metrics a test can read. */
export function testDelivery(senders: SmsSender[], options: Options = {}) {
  const lines: string[] = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      lines.push(String(line));
      done();
    },
  });
  const clock = { now: Date.now() };
  const metrics = createMetrics();
  const opened = createDelivery({
    senders,
    clock: () => clock.now,
    metrics,
    log: pino({ level: 'trace' }, stream),
    timeout: 1_000,
    backoff: 1,
    ...options,
  });
  return {
    ...opened,
    isFull: () => opened.isFull,
    clock,
    log: () => lines.join(''),
    metrics: async () => (await metrics.read()).text,
    send: (code = '4711') =>
      opened.deliver({
        to: '+79991234567',
        text: `${code} is your code`,
        expiresAt: new Date(clock.now + 300_000),
      }),
  };
}

export const gateway = (url: string) =>
  httpSender({ url, method: 'POST', headers: {}, body: '{to} {text}' });

/** A sender that runs one behavior per message, and accepts messages once none are left. */
export function scripted(name: string, ...behaviors: (() => Promise<void> | void)[]) {
  const sent: string[] = [];
  return {
    name,
    sent,
    async send({ text }: { text: string }) {
      sent.push(text);
      await behaviors.shift()?.();
    },
  };
}
export const refuse = (permanent: boolean) => () => {
  throw new SmsError('status 500', permanent);
};
export const hang = () => new Promise<void>(() => {});
