import { createHmac } from 'node:crypto';
import { SmsFailure, type SmsMessage, type SmsSender } from '../port.ts';

/** How to ask a provider's HTTP API for a message. Templates may name {to}, {digits}, {text} and {id}. */
export interface HttpGateway {
  /** A template: what is filled in is percent-encoded. */
  url: string;
  method: 'POST' | 'PUT' | 'GET';
  /** Names in lower case. */
  headers: Record<string, string>;
  /** A template: what is filled in is escaped as the content-type header asks. None for GET. */
  body?: string | undefined;
  /** Signs each request by HMAC as Standard Webhooks describe (https://www.standardwebhooks.com). */
  secret?: string | undefined;
  /** A text that the answer must contain: some providers report failures with status 200. */
  expect?: string | undefined;
}

/** Any SMS provider with an HTTP API. Every try at a message carries the same Idempotency-Key. */
export function httpSender(gateway: HttpGateway, clock = Date.now): SmsSender {
  const { method, headers, secret, expect } = gateway;
  const quote = escapeFor(headers['content-type'] ?? '');
  return {
    name: 'http',
    async send(message, signal) {
      const body = gateway.body === undefined ? undefined : fill(gateway.body, message, quote);
      const answer = await fetch(fill(gateway.url, message, encodeURIComponent), {
        method,
        headers: {
          'idempotency-key': message.id,

          ...headers,
          ...(secret && sign(secret, message.id, body ?? '', clock())),
        },
        ...(body !== undefined && { body }),
        signal,
        // A code goes to the address that was set, and nowhere that address points to.
        redirect: 'error',
      });
      const text = expect === undefined ? undefined : await answer.text();
      if (text === undefined) await answer.body?.cancel();
      if (!answer.ok) throw new SmsFailure(`status ${answer.status}`, !isTransient(answer.status));
      if (expect !== undefined && !text?.includes(expect))
        throw new SmsFailure('unexpected answer', true);
    },
  };
}

/** Whether a later try may succeed: timeout, too early, too many, or a fault of the provider's. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

export function fill(
  template: string,
  { to, text, id }: SmsMessage,
  quote: (text: string) => string,
): string {
  const values: Record<string, string> = { to, digits: to.replace('+', ''), text, id };
  return template.replaceAll(/\{(to|digits|text|id)\}/g, (_, name) => quote(values[name] ?? ''));
}

/** How a text stands inside of a body of this type. */
export function escapeFor(contentType: string): (text: string) => string {
  if (contentType.includes('json')) return (text) => JSON.stringify(text).slice(1, -1);
  if (contentType.includes('x-www-form-urlencoded')) return encodeURIComponent;
  if (contentType.includes('xml'))
    return (text) => text.replaceAll(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
  return (text) => text;
}

function sign(secret: string, id: string, body: string, now: number): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
