import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { testApp } from '../../test/harness.ts';
import { stubProvider } from '../../test/sms-provider.ts';
import { createMetrics } from '../observability/prometheus.ts';
import { createDelivery } from './delivery.ts';
import { SmsFailure, type SmsSender } from './port.ts';
import { httpSender } from './senders/http.ts';
import { slow } from './senders/open.ts';

type Options = Partial<Parameters<typeof createDelivery>[0]>;

function delivery(senders: SmsSender[], options: Options = {}) {
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
    isFull: () => opened.full,
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

const gateway = (url: string) =>
  httpSender({ url, method: 'POST', headers: {}, body: '{to} {text}' });

/** A sender that does what the next of `acts` says, and nothing once there are none left. */
function scripted(name: string, ...acts: (() => Promise<void> | void)[]) {
  const sent: string[] = [];
  return {
    name,
    sent,
    async send({ text }: { text: string }) {
      sent.push(text);
      await acts.shift()?.();
    },
  };
}
const refuse = (permanent: boolean) => () => {
  throw new SmsFailure('status 500', permanent);
};
const forever = () => new Promise<void>(() => {});

describe('a message reaches its phone', () => {
  test('although the provider drops, errs and loses answers, and only once', async () => {
    const { url, taken, requests } = await stubProvider('drops', { status: 503 }, 'lost');
    const { send, close, metrics } = delivery([gateway(url)]);
    send();
    await close();
    expect(taken.size).toBe(1);
    expect(requests).toHaveLength(4);
    expect(await metrics()).toMatch(/messages_total\{outcome="taken"\} 1/);
  });

  test('by the fallback, at once, when the first fails', async () => {
    const { url, requests } = await stubProvider();
    const first = scripted('first', refuse(false));
    const { send, close } = delivery([first, gateway(url)], { backoff: 60_000 });
    send();
    await close();
    expect(first.sent).toHaveLength(1);
    expect(requests).toHaveLength(1);
  });

  test('by the fallback when the first hangs', async () => {
    const fallback = scripted('fallback');
    const { send, close, log } = delivery([scripted('first', forever), fallback], { timeout: 10 });
    send();
    await close();
    expect(fallback.sent).toHaveLength(1);
    expect(log()).toContain('no answer in time');
  });
});

describe('a message is given up', () => {
  test('when everyone refuses it for good, without another try', async () => {
    const senders = [scripted('a', refuse(true)), scripted('b', refuse(true))];
    const { send, close, metrics } = delivery(senders);
    send();
    await close();
    expect(senders.map(({ sent }) => sent.length)).toEqual([1, 1]);
    expect(await metrics()).toMatch(/messages_total\{outcome="given_up"\} 1/);
  });

  test('after five rounds', async () => {
    const sender = scripted('down', ...Array.from({ length: 9 }, () => refuse(false)));
    const { send, close } = delivery([sender]);
    send();
    await close();
    expect(sender.sent).toHaveLength(5);
  });

  test('when its code has expired', async () => {
    const sender = scripted('slow', () => {
      opened.clock.now += 300_000;
      throw new SmsFailure('status 503', false);
    });
    const opened = delivery([sender]);
    opened.send();
    await opened.close();
    expect(sender.sent).toHaveLength(1);
    expect(opened.log()).toContain('expired');
  });

  test('at a shutdown that has no time left, however many wait', async () => {
    const sender: SmsSender = { name: 'hangs', send: forever };
    const { send, close, metrics } = delivery([sender], {
      drain: 20,
      concurrency: 2,
      timeout: 60_000,
    });
    for (let n = 0; n < 10; n++) send();
    await close();
    expect(await metrics()).toMatch(/messages_total\{outcome="given_up"\} 10/);
  });
});

test('a shutdown waits for what is being sent', async () => {
  const { url, taken } = await stubProvider();
  const { send, close } = delivery([slow(gateway(url), 0.05)], { concurrency: 1 });
  send('1111');
  send('2222');
  await close();
  expect(taken.size).toBe(2);
});

test('so many wait and no more', async () => {
  const { send, isFull, close } = delivery([{ name: 'hangs', send: forever }], {
    concurrency: 1,
    maxWaiting: 2,
    drain: 0,
  });
  send();
  send();
  expect(isFull()).toBe(false);
  send();
  expect(isFull()).toBe(true);
  await close();
});

test('the log has the outcome, and neither the code nor the phone', async () => {
  // No digits: those may come up in an id or a time.
  const code = 'secret';
  const body = `cannot send "${code} is your code" to +79991234567`;
  const { url } = await stubProvider({ status: 500, body }, 'drops', 'lost');
  const wordy = scripted('wordy', () => {
    throw new Error(`${code} is your code to +79991234567 failed`);
  });
  const { send, close, log, metrics } = delivery([wordy, gateway(url)]);
  send(code);
  await close();
  expect(log()).toContain('SMS taken by the provider');
  expect(log()).toContain('status 500');
  expect(log() + (await metrics())).not.toMatch(/secret|9991234567/);
});

describe('auth.requestCode', () => {
  test('answers at once though the provider hangs', async () => {
    const { clock: _, close, ...sms } = delivery([{ name: 'hangs', send: forever }], { drain: 0 });
    const app = await testApp({ deps: { sms: { deliver: sms.deliver, full: false, close } } });
    const { status } = await app.rest('POST /auth/code', { body: { phone: '+79991234567' } });
    expect(status).toBe(200);
    await close();
  });

  test('says so, and counts no send, while too many wait', async () => {
    const sms = { full: true, deliver: () => expect.unreachable(), close: async () => {} };
    const app = await testApp({ deps: { sms } });
    const ask = () => app.rest('POST /auth/code', { body: { phone: '+79991234567' } });
    const { status, body, headers } = await ask();
    expect({ status, reason: body.data.reason }).toEqual({ status: 503, reason: 'UNAVAILABLE' });
    expect(headers['retry-after']).toBe('30');
    sms.full = false;
    sms.deliver = () => undefined as never;
    expect((await ask()).status).toBe(200);
  });
});
