import { z } from 'zod';
import { escapeFor, fill, type HttpGateway } from './senders/http.ts';
import type { TwilioAccount } from './senders/twilio.ts';
import { type SmsSettings, smsSettings } from './settings.ts';

/** Returns what is wrong with the settings of the selected senders. */
export function smsProblems(given: Record<string, string | undefined>): string[] {
  const { data: env } = z.object(smsSettings).safeParse(given);
  if (!env) return [];
  const { SMS_SENDER, SMS_FALLBACK, SMS_DELAY, SMS_TIMEOUT } = env;
  const checks = [
    SMS_SENDER === 'http' && (() => readGateway(env, 'SMS_HTTP')),
    SMS_FALLBACK === 'http' && (() => readGateway(env, 'SMS_FALLBACK_HTTP')),
    [SMS_SENDER, SMS_FALLBACK].includes('twilio') && (() => readTwilio(env)),
  ];
  const problems = checks.flatMap((check) => {
    try {
      if (check) check();
      return [];
    } catch (error) {
      const { issues } = error as z.ZodError;
      return issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    }
  });
  if (SMS_DELAY >= SMS_TIMEOUT)
    problems.push('SMS_DELAY must be below SMS_TIMEOUT, or every attempt would time out');
  return problems;
}

/** @throws ZodError */
export function readGateway(
  env: SmsSettings,
  prefix: 'SMS_HTTP' | 'SMS_FALLBACK_HTTP',
): HttpGateway {
  const { data, error } = gateway.safeParse({
    url: env[`${prefix}_URL`],
    method: env[`${prefix}_METHOD`],
    headers: env[`${prefix}_HEADERS`],
    body: env[`${prefix}_BODY`],
    secret: env[`${prefix}_SECRET`],
    expect: env[`${prefix}_EXPECT`],
  });
  if (data) return data;
  throw new z.ZodError(
    error.issues.map((issue) => ({
      ...issue,
      path: [`${prefix}_${String(issue.path[0]).toUpperCase()}`],
    })),
  );
}

/** @throws ZodError */
export function readTwilio(env: SmsSettings): TwilioAccount {
  const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM } = twilio.parse(env);
  return { accountSid: TWILIO_ACCOUNT_SID, authToken: TWILIO_AUTH_TOKEN, from: TWILIO_FROM };
}

const required = { error: 'is required for this SMS sender' };

const twilio = z.object({
  TWILIO_ACCOUNT_SID: z
    .string(required)
    .regex(/^AC[0-9a-f]{32}$/i, { error: 'must be AC followed by 32 hexadecimal digits' }),
  TWILIO_AUTH_TOKEN: z.string(required),
  TWILIO_FROM: z.string(required).regex(/^(\+\d{7,15}|MG[0-9a-f]{32}|[\w ]{1,11})$/i, {
    error: 'must be a phone, a sender name or a messaging service (MG...)',
  }),
});

/** Sample values with characters that must be escaped in JSON, XML and URLs. */
const SAMPLE = { id: 'id', to: '+79990000000', text: '"1234" <is> your code' };

const headers = z.string().transform((text, ctx): Record<string, string> => {
  try {
    const parsed = z.record(z.string(), z.string()).parse(JSON.parse(text));
    const lower = Object.entries(parsed).map(([name, value]) => [name.toLowerCase(), value]);
    return Object.fromEntries(new Headers(lower as [string, string][]));
  } catch {
    ctx.addIssue('must be a JSON object of header names and values');
    return z.NEVER;
  }
});

const gateway = z
  .object({
    url: z
      .string(required)
      .refine(
        (url) => /^https?:/.test(url) && URL.canParse(fill(url, SAMPLE, encodeURIComponent)),
        {
          error: 'must be an http or https address',
        },
      ),
    method: z.enum(['POST', 'PUT', 'GET'], { error: 'must be POST, PUT or GET' }).default('POST'),
    headers: headers.default({}),
    body: z.string().optional(),
    secret: z
      .string()
      .regex(/^(whsec_)?[A-Za-z0-9+/]{32,}=*$/, { error: 'must be at least 24 bytes in base64' })
      .optional(),
    expect: z.string().optional(),
  })
  .transform(
    (given): HttpGateway =>
      given.method === 'GET' || given.body !== undefined
        ? given
        : { ...given, body: '{"to":"{to}","text":"{text}"}' },
  )
  .transform(
    (given): HttpGateway =>
      given.body === undefined
        ? given
        : { ...given, headers: { 'content-type': 'application/json', ...given.headers } },
  )
  .superRefine(({ url, method, headers, body = '', secret }, ctx) => {
    const addIssue = (path: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: [path], message });
    if (method === 'GET' && body !== '') addIssue('body', 'cannot be used with GET');
    if (method === 'GET' && secret)
      addIssue('secret', 'signs the body, which a GET request does not have');
    if (!(url + body).includes('{text}') || !/\{to\}|\{digits\}/.test(url + body))
      addIssue(method === 'GET' ? 'url' : 'body', 'must contain {text}, and {to} or {digits}');
    const type = headers['content-type'] ?? '';
    if (type.includes('json') && !isJson(fill(body, SAMPLE, escapeFor(type))))
      addIssue('body', 'is not JSON after its placeholders are replaced');
  });

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
