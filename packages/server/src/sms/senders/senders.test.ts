import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import twilio from 'twilio';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Behaviour, type ProviderRequest, stubProvider } from '../../../test/sms-provider.ts';
import { readConfig } from '../../config.ts';
import { StartError } from '../../core/start-error.ts';
import { SmsFailure, type SmsMessage, type SmsSender } from '../port.ts';
import { consoleSender, silentSender } from './console.ts';
import { fileSender } from './file.ts';
import { type HttpGateway, httpSender } from './http.ts';
import { openSenders } from './open.ts';
import { twilioSender } from './twilio.ts';

interface Opened {
  sender: SmsSender;
  /** What would have reached phones. */
  taken(): Promise<{ to: string; text: string }[]> | { to: string; text: string }[];
}

const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token', from: '+15005550006' };

/** Twilio's own client, whose requests arrive at the stub. */
function redirected(url: string) {
  const client = new twilio.RequestClient();
  const request = client.request.bind(client);
  client.request = (options) =>
    request({ ...options, uri: url + new URL(options.uri ?? '').pathname });
  return client;
}

const json = (url: string): HttpGateway => ({
  url,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"to":"{to}","text":"{text}"}',
});

const remote = {
  async http(...behaviours: Behaviour[]): Promise<Opened> {
    const { url, taken } = await stubProvider(...behaviours);
    const sender = httpSender(json(url));
    return { sender, taken: () => [...taken.values()].map(({ body }) => JSON.parse(body)) };
  },
  async twilio(...behaviours: Behaviour[]): Promise<Opened> {
    const { url, taken } = await stubProvider(...behaviours);
    const form = ({ body }: ProviderRequest) => {
      const fields = new URLSearchParams(body);
      return { to: fields.get('To') ?? '', text: fields.get('Body') ?? '' };
    };
    return {
      sender: await twilioSender(account, redirected(url)),
      taken: () => [...taken.values()].map(form),
    };
  },
};

const local: Record<string, () => Promise<Opened>> = {
  async console() {
    const lines: string[] = [];
    const parse = (line: string) => {
      const [, to = '', text = ''] = /^\n {2}SMS to (\S+): (.*)\n\n$/s.exec(line) ?? [];
      return { to, text };
    };
    return { sender: consoleSender((line) => lines.push(line)), taken: () => lines.map(parse) };
  },
  async file() {
    const path = await temporaryFile();
    const taken = async () =>
      (await readFile(path, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    return { sender: fileSender(path), taken };
  },
};

async function temporaryFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'invitree-sms-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'outbox.jsonl');
}

const { signal } = new AbortController();
const message = (more: Partial<SmsMessage> = {}): SmsMessage => ({
  id: crypto.randomUUID(),
  to: '+79991234567',
  text: '1234 is your code',
  ...more,
});

describe.each(Object.entries({ ...local, ...remote }))('%s as an SmsSender', (name, open) => {
  test('hands the message over as it is', async () => {
    const { sender, taken } = await open();
    const text = '1234 — "ваш" код & <not> a {to} {text} 100% \\ template \u{1F600}';
    await sender.send(message({ text }), signal);
    expect(sender.name).toBe(name);
    expect(await taken()).toMatchObject([{ to: '+79991234567', text }]);
  });

  test('mixes nothing up when many go at once', async () => {
    const { sender, taken } = await open();
    const texts = Array.from({ length: 20 }, (_, n) => `code ${1000 + n}`);
    await Promise.all(texts.map((text) => sender.send(message({ text }), signal)));
    expect((await taken()).map(({ text }) => text).sort()).toEqual(texts);
  });
});

describe.each(Object.entries(remote))('%s as a provider over the network', (_, open) => {
  const failure = async (...behaviours: Behaviour[]) => {
    const { sender, taken } = await open(...behaviours);
    const error: Error = await sender.send(message(), signal).then(
      () => expect.unreachable(),
      (error) => error,
    );
    return { error, taken: await taken() };
  };

  test.each([400, 401, 404])('status %i is final and quotes nothing', async (status) => {
    const body = JSON.stringify({ message: 'cannot send "1234 is your code" to +79991234567' });
    const { error, taken } = await failure({ status, body });
    expect(error).toBeInstanceOf(SmsFailure);
    expect(error).toMatchObject({ permanent: true, message: `status ${status}` });
    expect(taken).toEqual([]);
  });

  test.each([408, 429, 500, 503])('status %i may pass', async (status) => {
    const { error } = await failure({ status });
    expect(error).toMatchObject({ permanent: false });
  });

  test('a dropped connection may pass', async () => {
    const { error } = await failure('drops');
    expect(error).not.toMatchObject({ permanent: true });
  });
});

describe('the HTTP gateway', () => {
  test('a lost answer and a second try make one message', async () => {
    const { sender, taken } = await remote.http('lost');
    const once = message();
    await expect(sender.send(once, signal)).rejects.toThrow();
    await sender.send(once, signal);
    expect(await taken()).toHaveLength(1);
  });

  test('gives up when told to', async () => {
    const { sender } = await remote.http('hangs');
    await expect(sender.send(message(), AbortSignal.timeout(20))).rejects.toThrow(/timeout/);
  });

  test('signs as Standard Webhooks do', async () => {
    const { url, requests } = await stubProvider();
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const sender = httpSender({ ...json(url), secret });
    await sender.send(message(), signal);
    const { body = '', headers } = requests[0] ?? {};
    const verify = (body: string) =>
      new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(verify(body)).toEqual({ to: '+79991234567', text: '1234 is your code' });
    expect(() => verify(body.replace('1234 ', '1235 '))).toThrow(/signature/i);
  });

  test('speaks forms, XML and plain addresses', async () => {
    const { url, requests } = await stubProvider();
    const text = 'a&b=<c> "d"';
    await httpSender({
      url,
      method: 'PUT',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'phone={to}&text={text}',
    }).send(message({ text }), signal);
    await httpSender({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/xml' },
      body: '<sms to="{digits}">{text}</sms>',
    }).send(message({ text }), signal);
    await httpSender({ url: `${url}/send?phone={to}&mes={text}`, method: 'GET', headers: {} }).send(
      message({ text }),
      signal,
    );
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      phone: '+79991234567',
      text,
    });
    expect(requests[1]?.body).toBe('<sms to="79991234567">a&#38;b=&#60;c&#62; &#34;d&#34;</sms>');
    expect(new URL(requests[2]?.url ?? '', url).searchParams.get('mes')).toBe(text);
  });

  test('does not take an error for a success, nor follow a redirect', async () => {
    const { url } = await stubProvider({ status: 200, body: 'ERROR = 3 (no money)' });
    const sender = httpSender({ url, method: 'GET', headers: {}, expect: 'OK' });
    await expect(sender.send(message(), signal)).rejects.toMatchObject({ permanent: true });

    const { url: elsewhere, requests } = await stubProvider();
    const { url: first } = await stubProvider({ status: 307, location: elsewhere });
    await expect(httpSender(json(first)).send(message(), signal)).rejects.toThrow();
    expect(requests).toEqual([]);
  });
});

test('the file is for its owner alone', async () => {
  const path = await temporaryFile();
  await fileSender(path).send(message(), signal);
  expect((await stat(path)).mode & 0o077).toBe(0);
});

describe('settings', () => {
  const base = { APP_SECRET: 'x'.repeat(32) };
  const http = { ...base, SMS_SENDER: 'http', SMS_HTTP_URL: 'https://sms.test/send' };

  test('choose the senders, in order, with Twilio loaded only if chosen', async () => {
    const config = readConfig({
      ...http,
      SMS_FALLBACK: 'twilio',
      TWILIO_ACCOUNT_SID: account.accountSid,
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_FROM: account.from,
    });
    expect((await openSenders(config)).map(({ name }) => name)).toEqual(['http', 'twilio']);
  });

  test('two gateways have settings of their own', async () => {
    const { url, requests } = await stubProvider();
    const config = readConfig({
      ...http,
      SMS_FALLBACK: 'http',
      SMS_FALLBACK_HTTP_URL: `${url}/second?to={to}`,
      SMS_FALLBACK_HTTP_HEADERS: '{"Authorization":"Bearer key","Content-Type":"text/plain"}',
      SMS_FALLBACK_HTTP_BODY: '{text}',
    });
    const [, second] = await openSenders(config);
    await second?.send(message(), signal);
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
    [{ ...base, SMS_SENDER: 'http' }, 'SMS_HTTP_URL is needed'],
    [{ ...http, SMS_HTTP_URL: 'ftp://sms.test' }, 'SMS_HTTP_URL must be an http'],
    [{ ...http, SMS_HTTP_HEADERS: 'x: y' }, 'SMS_HTTP_HEADERS must be a JSON object'],
    [{ ...http, SMS_HTTP_HEADERS: '{"bad name":"y"}' }, 'SMS_HTTP_HEADERS must be a JSON object'],
    [{ ...http, SMS_HTTP_BODY: '{"to":{to},"text":"{text}"' }, 'SMS_HTTP_BODY is no JSON'],
    [{ ...http, SMS_HTTP_BODY: '{"text":"{text}"}' }, 'SMS_HTTP_BODY must name {text}, and {to}'],
    [{ ...http, SMS_HTTP_METHOD: 'GET' }, 'SMS_HTTP_URL must name {text}'],
    [{ ...http, SMS_HTTP_SECRET: 'short' }, 'SMS_HTTP_SECRET must be at least 24 bytes'],
    [{ ...base, SMS_FALLBACK: 'twilio' }, 'TWILIO_ACCOUNT_SID is needed'],
    [{ ...base, SMS_DELAY: '10', SMS_TIMEOUT: '5' }, 'SMS_DELAY must be below SMS_TIMEOUT'],
  ])('%j stops the start', (env, words) => {
    expect(() => readConfig(env)).toThrow(StartError);
    expect(() => readConfig(env)).toThrow(words);
  });

  test('what belongs to a sender that is not chosen may be anything', () => {
    expect(() => readConfig({ ...base, SMS_HTTP_URL: 'nonsense', TWILIO_FROM: '?' })).not.toThrow();
  });

  test('in production the console shows no code', async () => {
    const [sender] = await openSenders(readConfig({ ...base, NODE_ENV: 'production' }));
    expect(sender?.name).toBe('silent');
    const lines: string[] = [];
    await silentSender((line) => lines.push(line)).send(message(), signal);
    expect(lines.join()).not.toMatch(/1234 is|9991234567/);
  });
});
