import { createHmac } from 'node:crypto';
import { SmsError, type SmsMessage, type SmsSender } from '../port.ts';

/** Describes a provider's HTTP API. Templates may contain {to}, {digits}, {text} and {id}. */
export interface HttpGateway {
  /** Template; values are percent-encoded. */
  url: string;
  method: 'POST' | 'PUT' | 'GET';
  /** Names are lower case. */
  headers: Record<string, string>;
  /** Template; values are escaped for the content-type header. Undefined for GET. */
  body?: string | undefined;
  /** Signs requests with HMAC according to Standard Webhooks (https://www.standardwebhooks.com). */
  secret?: string | undefined;
  /** Text that the response must contain, because some providers report errors with status 200. */
  expect?: string | undefined;
}

/** Sends through a provider's HTTP API. All attempts at a message use the same Idempotency-Key. */
export function httpSender(gateway: HttpGateway, clock = Date.now): SmsSender {
  const { method, headers, secret, expect } = gateway;
  const encode = escapeFor(headers['content-type'] ?? '');
  return {
    name: 'http',
    async send(message, signal) {
      const body = gateway.body === undefined ? undefined : fill(gateway.body, message, encode);
      const response = await fetch(fill(gateway.url, message, encodeURIComponent), {
        method,
        headers: {
          'idempotency-key': message.id,
          ...headers,
          ...(secret && sign(secret, message.id, body ?? '', clock())),
        },
        ...(body !== undefined && { body }),
        signal,
        // A code must only reach the configured address, never a redirect's target.
        redirect: 'error',
      });
      const text = expect === undefined ? undefined : await response.text();
      if (text === undefined) await response.body?.cancel();
      if (!response.ok)
        throw new SmsError(`status ${response.status}`, !isTransient(response.status));
      if (expect !== undefined && !text?.includes(expect))
        throw new SmsError('unexpected response', true);
    },
  };
}

/** True if a retry may succeed: timeout, too early, too many requests, or a server error. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** Replaces a template's placeholders. */
export function fill(
  template: string,
  { to, text, id }: SmsMessage,
  encode: (text: string) => string,
): string {
  const values: Record<string, string> = { to, digits: to.replace('+', ''), text, id };
  return template.replaceAll(/\{(to|digits|text|id)\}/g, (_, name) => encode(values[name] ?? ''));
}

/** Returns the function that escapes text for a body of this content type. */
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
