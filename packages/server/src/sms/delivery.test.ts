import { describe, expect, test } from 'vitest';
import { testApp } from '../../test/harness.ts';
import { gateway, hang, refuse, scripted, testDelivery } from '../../test/sms-delivery.ts';
import { startSmsProvider } from '../../test/sms-provider.ts';
import { SmsError, type SmsSender } from './port.ts';
import { delayed } from './senders/open.ts';

describe('a message is delivered', () => {
  test('exactly once although the provider drops requests, fails and loses responses', async () => {
    const { url, accepted, requests } = await startSmsProvider(
      'drop',
      { status: 503 },
      'loseResponse',
    );
    const { send, close, metrics } = testDelivery([gateway(url)]);
    send();
    await close();
    expect(accepted.size).toBe(1);
    expect(requests).toHaveLength(4);
    expect(await metrics()).toMatch(/messages_total\{outcome="taken"\} 1/);
  });

  test('by the fallback without delay when the first sender fails', async () => {
    const { url, requests } = await startSmsProvider();
    const first = scripted('first', refuse(false));
    const { send, close } = testDelivery([first, gateway(url)], { backoff: 60_000 });
    send();
    await close();
    expect(first.sent).toHaveLength(1);
    expect(requests).toHaveLength(1);
  });

  test('by the fallback when the first sender hangs', async () => {
    const fallback = scripted('fallback');
    const { send, close, log } = testDelivery([scripted('first', hang), fallback], { timeout: 10 });
    send();
    await close();
    expect(fallback.sent).toHaveLength(1);
    expect(log()).toContain('timed out');
  });
});

describe('a message is dropped', () => {
  test('without another attempt when every sender refuses it permanently', async () => {
    const senders = [scripted('a', refuse(true)), scripted('b', refuse(true))];
    const { send, close, metrics } = testDelivery(senders);
    send();
    await close();
    expect(senders.map(({ sent }) => sent.length)).toEqual([1, 1]);
    expect(await metrics()).toMatch(/messages_total\{outcome="given_up"\} 1/);
  });

  test('after five rounds', async () => {
    const sender = scripted('down', ...Array.from({ length: 9 }, () => refuse(false)));
    const { send, close } = testDelivery([sender]);
    send();
    await close();
    expect(sender.sent).toHaveLength(5);
  });

  test('after waits that double from round to round', async () => {
    const times: number[] = [];
    const note = () => {
      times.push(performance.now());
      throw new SmsError('status 503', false);
    };
    const { send, close } = testDelivery(
      [scripted('down', ...Array.from({ length: 9 }, () => note))],
      {
        backoff: 10,
      },
    );
    send();
    await close();
    const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    // Timers may fire up to a millisecond early.
    for (const [i, wait] of waits.entries()) expect(wait).toBeGreaterThan(10 * 2 ** i - 2);
    expect(waits).toHaveLength(4);
  });

  test('when its code expires', async () => {
    const sender = scripted('slow', () => {
      opened.clock.now += 300_000;
      throw new SmsError('status 503', false);
    });
    const opened = testDelivery([sender]);
    opened.send();
    await opened.close();
    expect(sender.sent).toHaveLength(1);
    expect(opened.log()).toContain('expired');
  });

  test('when the time for shutdown runs out, whatever the queue length', async () => {
    const sender: SmsSender = { name: 'hangs', send: hang };
    const { send, close, metrics } = testDelivery([sender], {
      drain: 20,
      concurrency: 2,
      timeout: 60_000,
    });
    for (let n = 0; n < 10; n++) send();
    await close();
    expect(await metrics()).toMatch(/messages_total\{outcome="given_up"\} 10/);
  });
});

test('a shutdown waits for queued messages', async () => {
  const { url, accepted } = await startSmsProvider();
  const { send, close } = testDelivery([delayed(gateway(url), 0.05)], { concurrency: 1 });
  send('1111');
  send('2222');
  await close();
  expect(accepted.size).toBe(2);
});

test('reports a full queue', async () => {
  const { send, isFull, close } = testDelivery([{ name: 'hangs', send: hang }], {
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

test('logs the outcome, but neither the code nor the phone', async () => {
  // Without digits, which might also occur in an id or a time.
  const code = 'secret';
  const body = `cannot send "${code} is your code" to +79991234567`;
  const { url } = await startSmsProvider({ status: 500, body }, 'drop', 'loseResponse');
  const quoting = scripted('quoting', () => {
    throw new Error(`${code} is your code to +79991234567 failed`);
  });
  const { send, close, log, metrics } = testDelivery([quoting, gateway(url)]);
  send(code);
  await close();
  expect(log()).toContain('SMS accepted by the provider');
  expect(log()).toContain('status 500');
  expect(log() + (await metrics())).not.toMatch(/secret|9991234567/);
});

describe('auth.requestCode', () => {
  test('responds immediately while the provider hangs', async () => {
    const { clock: _, close, ...sms } = testDelivery([{ name: 'hangs', send: hang }], { drain: 0 });
    const app = await testApp({ deps: { sms: { deliver: sms.deliver, isFull: false, close } } });
    const { status } = await app.rest('POST /auth/code', { body: { phone: '+79991234567' } });
    expect(status).toBe(200);
    await close();
  });

  test('is UNAVAILABLE while the queue is full, and counts no send', async () => {
    const sms = { isFull: true, deliver: () => expect.unreachable(), close: async () => {} };
    const app = await testApp({ deps: { sms } });
    const requestCode = () => app.rest('POST /auth/code', { body: { phone: '+79991234567' } });
    const { status, body, headers } = await requestCode();
    expect({ status, reason: body.data.reason }).toEqual({ status: 503, reason: 'UNAVAILABLE' });
    expect(headers['retry-after']).toBe('30');
    sms.isFull = false;
    sms.deliver = () => undefined as never;
    expect((await requestCode()).status).toBe(200);
  });
});
