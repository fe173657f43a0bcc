import { expect, test } from 'vitest';
import { PRODUCTION } from '../../test/harness.ts';
import { smsMessage } from '../../test/sms-message.ts';
import { startSmsProvider } from '../../test/sms-provider.ts';
import { readConfig } from '../config.ts';
import { StartError } from '../core/start-error.ts';
import { silentSender } from './senders/console.ts';
import { openSenders } from './senders/open.ts';

const { signal } = new AbortController();

const base = { APP_SECRET: PRODUCTION.APP_SECRET };
const http = { ...base, SMS_SENDER: 'http', SMS_HTTP_URL: 'https://sms.test/send' };

test('SMS_SENDER and SMS_FALLBACK select the senders in order', async () => {
  const config = readConfig({
    ...http,
    SMS_FALLBACK: 'twilio',
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_FROM: '+15005550006',
  });
  expect((await openSenders(config)).map(({ name }) => name)).toEqual(['http', 'twilio']);
});

test('two gateways have separate settings', async () => {
  const { url, requests } = await startSmsProvider();
  const config = readConfig({
    ...http,
    SMS_FALLBACK: 'http',
    SMS_FALLBACK_HTTP_URL: `${url}/second?to={to}`,
    SMS_FALLBACK_HTTP_HEADERS: '{"Authorization":"Bearer key","Content-Type":"text/plain"}',
    SMS_FALLBACK_HTTP_BODY: '{text}',
  });
  const [, second] = await openSenders(config);
  await second?.send(smsMessage(), signal);
  expect(requests).toMatchObject([
    {
      url: '/second?to=%2B79991234567',
      body: '1234 is your code',
      headers: { authorization: 'Bearer key', 'content-type': 'text/plain' },
    },
  ]);
});

test.each([
  [{ ...base, SMS_SENDER: 'pigeon' }, 'SMS_SENDER must be console, file:PATH, http or twilio'],
  [{ ...base, SMS_SENDER: 'http' }, 'SMS_HTTP_URL is required'],
  [{ ...http, SMS_HTTP_URL: 'ftp://sms.test' }, 'SMS_HTTP_URL must be an http'],
  [{ ...http, SMS_HTTP_HEADERS: 'x: y' }, 'SMS_HTTP_HEADERS must be a JSON object'],
  [{ ...http, SMS_HTTP_HEADERS: '{"bad name":"y"}' }, 'SMS_HTTP_HEADERS must be a JSON object'],
  [{ ...http, SMS_HTTP_BODY: '{"to":{to},"text":"{text}"' }, 'SMS_HTTP_BODY is not JSON'],
  [{ ...http, SMS_HTTP_BODY: '{"text":"{text}"}' }, 'SMS_HTTP_BODY must contain {text}, and {to}'],
  [{ ...http, SMS_HTTP_METHOD: 'GET' }, 'SMS_HTTP_URL must contain {text}'],
  [{ ...http, SMS_HTTP_SECRET: 'short' }, 'SMS_HTTP_SECRET must be at least 24 bytes'],
  [{ ...base, SMS_FALLBACK: 'twilio' }, 'TWILIO_ACCOUNT_SID is required'],
  [{ ...base, SMS_DELAY: '10', SMS_TIMEOUT: '5' }, 'SMS_DELAY must be below SMS_TIMEOUT'],
])('%j prevents the start', (env, words) => {
  expect(() => readConfig(env)).toThrow(StartError);
  expect(() => readConfig(env)).toThrow(words);
});

test('settings of a sender that is not selected are ignored', () => {
  expect(() => readConfig({ ...base, SMS_HTTP_URL: 'nonsense', TWILIO_FROM: '?' })).not.toThrow();
});

test('in production the console sender prints neither the code nor the phone', async () => {
  const [sender] = await openSenders(readConfig(PRODUCTION));
  expect(sender?.name).toBe('silent');
  const lines: string[] = [];
  await silentSender((line) => lines.push(line)).send(smsMessage(), signal);
  expect(lines.join()).not.toMatch(/1234 is|9991234567/);
});
