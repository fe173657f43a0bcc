import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { jsonGateway, smsMessage } from '../../../test/sms-message.ts';
import { startSmsProvider } from '../../../test/sms-provider.ts';
import { httpSender } from './http.ts';

const { signal } = new AbortController();

test('an attempt after a lost response sends no second message', async () => {
  const { url, accepted } = await startSmsProvider('loseResponse');
  const sender = httpSender(jsonGateway(url));
  const message = smsMessage();
  await expect(sender.send(message, signal)).rejects.toThrow();
  await sender.send(message, signal);
  expect(accepted.size).toBe(1);
});

test('stops when its signal aborts', async () => {
  const { url } = await startSmsProvider('hang');
  const sender = httpSender(jsonGateway(url));
  await expect(sender.send(smsMessage(), AbortSignal.timeout(20))).rejects.toThrow(/timeout/);
});

test('signs according to Standard Webhooks', async () => {
  const { url, requests } = await startSmsProvider();
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const sender = httpSender({ ...jsonGateway(url), secret });
  await sender.send(smsMessage(), signal);
  const { body = '', headers } = requests[0] ?? {};
  const verify = (body: string) =>
    new Webhook(secret).verify(body, headers as Record<string, string>);
  expect(verify(body)).toEqual({ to: '+79991234567', text: '1234 is your code' });
  expect(() => verify(body.replace('1234 ', '1235 '))).toThrow(/signature/i);
});

test('escapes values for forms, XML and query strings', async () => {
  const { url, requests } = await startSmsProvider();
  const text = 'a&b=<c> "d"';
  await httpSender({
    url,
    method: 'PUT',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'phone={to}&text={text}',
  }).send(smsMessage({ text }), signal);
  await httpSender({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/xml' },
    body: '<sms to="{digits}">{text}</sms>',
  }).send(smsMessage({ text }), signal);
  await httpSender({ url: `${url}/send?phone={to}&mes={text}`, method: 'GET', headers: {} }).send(
    smsMessage({ text }),
    signal,
  );
  expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
    phone: '+79991234567',
    text,
  });
  expect(requests[1]?.body).toBe('<sms to="79991234567">a&#38;b=&#60;c&#62; &#34;d&#34;</sms>');
  expect(new URL(requests[2]?.url ?? '', url).searchParams.get('mes')).toBe(text);
});

test('treats a response without the expected text as a failure, and follows no redirect', async () => {
  const { url } = await startSmsProvider({ status: 200, body: 'ERROR = 3 (no money)' });
  const sender = httpSender({ url, method: 'GET', headers: {}, expect: 'OK' });
  await expect(sender.send(smsMessage(), signal)).rejects.toMatchObject({ permanent: true });

  const { url: elsewhere, requests } = await startSmsProvider();
  const { url: first } = await startSmsProvider({ status: 307, location: elsewhere });
  await expect(httpSender(jsonGateway(first)).send(smsMessage(), signal)).rejects.toThrow();
  expect(requests).toEqual([]);
});
