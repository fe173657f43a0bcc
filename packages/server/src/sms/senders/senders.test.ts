import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import twilio from 'twilio';
import { describe, expect, onTestFinished, test } from 'vitest';
import { jsonGateway, smsMessage } from '../../../test/sms-message.ts';
import {
  type Behavior,
  type ProviderRequest,
  startSmsProvider,
} from '../../../test/sms-provider.ts';
import { SmsError, type SmsSender } from '../port.ts';
import { consoleSender } from './console.ts';
import { fileSender } from './file.ts';
import { httpSender } from './http.ts';
import { twilioSender } from './twilio.ts';

interface Opened {
  sender: SmsSender;
  /** Messages that would have reached phones. */
  accepted(): Promise<{ to: string; text: string }[]> | { to: string; text: string }[];
}

const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token', from: '+15005550006' };

/** Twilio's own HTTP client, with its requests redirected to the stub. */
function redirected(url: string) {
  const client = new twilio.RequestClient();
  const request = client.request.bind(client);
  client.request = (options) =>
    request({ ...options, uri: url + new URL(options.uri ?? '').pathname });
  return client;
}

const remote = {
  async http(...behaviors: Behavior[]): Promise<Opened> {
    const { url, accepted } = await startSmsProvider(...behaviors);
    const sender = httpSender(jsonGateway(url));
    return { sender, accepted: () => [...accepted.values()].map(({ body }) => JSON.parse(body)) };
  },
  async twilio(...behaviors: Behavior[]): Promise<Opened> {
    const { url, accepted } = await startSmsProvider(...behaviors);
    const form = ({ body }: ProviderRequest) => {
      const fields = new URLSearchParams(body);
      return { to: fields.get('To') ?? '', text: fields.get('Body') ?? '' };
    };
    return {
      sender: await twilioSender(account, redirected(url)),
      accepted: () => [...accepted.values()].map(form),
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
    return { sender: consoleSender((line) => lines.push(line)), accepted: () => lines.map(parse) };
  },
  async file() {
    const path = await temporaryFile();
    const accepted = async () =>
      (await readFile(path, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    return { sender: fileSender(path), accepted };
  },
};

async function temporaryFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'invitree-sms-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'outbox.jsonl');
}

const { signal } = new AbortController();

describe.each(Object.entries({ ...local, ...remote }))('%s as an SmsSender', (name, open) => {
  test('sends the message unchanged', async () => {
    const { sender, accepted } = await open();
    const text = '1234 — "ваш" код & <not> a {to} {text} 100% \\ template \u{1F600}';
    await sender.send(smsMessage({ text }), signal);
    expect(sender.name).toBe(name);
    expect(await accepted()).toMatchObject([{ to: '+79991234567', text }]);
  });

  test('keeps concurrent messages apart', async () => {
    const { sender, accepted } = await open();
    const texts = Array.from({ length: 20 }, (_, n) => `code ${1000 + n}`);
    await Promise.all(texts.map((text) => sender.send(smsMessage({ text }), signal)));
    expect((await accepted()).map(({ text }) => text).sort()).toEqual(texts);
  });
});

describe.each(Object.entries(remote))('%s as a remote provider', (_, open) => {
  const failure = async (...behaviors: Behavior[]) => {
    const { sender, accepted } = await open(...behaviors);
    const error: Error = await sender.send(smsMessage(), signal).then(
      () => expect.unreachable(),
      (error) => error,
    );
    return { error, accepted: await accepted() };
  };

  test.each([400, 401, 404])(
    'status %i is permanent and its error quotes nothing',
    async (status) => {
      const body = JSON.stringify({ message: 'cannot send "1234 is your code" to +79991234567' });
      const { error, accepted } = await failure({ status, body });
      expect(error).toBeInstanceOf(SmsError);
      expect(error).toMatchObject({ permanent: true, message: `status ${status}` });
      expect(accepted).toEqual([]);
    },
  );

  test.each([408, 429, 500, 503])('status %i is temporary', async (status) => {
    const { error } = await failure({ status });
    expect(error).toMatchObject({ permanent: false });
  });

  test('a dropped connection is temporary', async () => {
    const { error } = await failure('drop');
    expect(error).not.toMatchObject({ permanent: true });
  });
});

test('only the owner can read the file', async () => {
  const path = await temporaryFile();
  await fileSender(path).send(smsMessage(), signal);
  expect((await stat(path)).mode & 0o077).toBe(0);
});
