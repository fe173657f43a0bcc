import { z } from 'zod';
import { escapeFor, fill, type HttpGateway } from './senders/http.ts';
import type { TwilioAccount } from './senders/twilio.ts';

const sender = z.string().regex(/^(console|http|twilio|file:.+)$/s, {
  error: 'must be console, file:PATH, http or twilio',
});
const text = z.string().optional();

const gatewaySettings = <Prefix extends string>(prefix: Prefix, when: string) => {
  const named = (description: string) => text.describe(`${description} ${when}`);
  return {
    [`${prefix}_URL`]: named(
      'URL template. `{to}`, `{digits}`, `{text}` and `{id}` are filled in.',
    ),
    [`${prefix}_METHOD`]: named('`POST` (default), `PUT` or `GET`.'),
    [`${prefix}_HEADERS`]: named('JSON object of headers.'),
    [`${prefix}_BODY`]: named('Body template, by default `{"to":"{to}","text":"{text}"}`.'),
    [`${prefix}_SECRET`]: named(
      'Signs requests as [Standard Webhooks](https://www.standardwebhooks.com) describe.',
    ),
    [`${prefix}_EXPECT`]: named('Text that a successful response contains.'),
  } as { [Field in GatewayField as `${Prefix}_${Field}`]: typeof text };
};

type GatewayField = 'URL' | 'METHOD' | 'HEADERS' | 'BODY' | 'SECRET' | 'EXPECT';

/** The settings of a sender are validated only if that sender is chosen. */
export const smsSettings = {
  SMS_SENDER: sender
    .default('console')
    .describe(
      'Who carries messages: `console` (shows no code in production), `file:PATH` (one JSON line per message), `http` or `twilio`.',
    ),
  SMS_FALLBACK: sender
    .optional()
    .describe('A second sender, tried at once when `SMS_SENDER` fails.'),
  SMS_TIMEOUT: z.coerce
    .number()
    .positive()
    .max(60)
    .default(10)
    .describe('Seconds a sender may take before it counts as failed.'),
  SMS_DELAY: z.coerce
    .number()
    .min(0)
    .default(0)
    .describe('Seconds to wait before each message, to imitate a slow provider.'),
  ...gatewaySettings('SMS_HTTP', 'For `SMS_SENDER=http`.'),
  ...gatewaySettings('SMS_FALLBACK_HTTP', 'For `SMS_FALLBACK=http`.'),
  TWILIO_ACCOUNT_SID: text.describe('Account SID, for the sender `twilio`.'),
  TWILIO_AUTH_TOKEN: text.describe('Auth token, for the sender `twilio`.'),
  TWILIO_FROM: text.describe('Phone, sender name or messaging service, for the sender `twilio`.'),
};

export type SmsSettings = z.infer<z.ZodObject<typeof smsSettings>>;

/** What is wrong with the settings of the senders that were chosen. */
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
    problems.push('SMS_DELAY must be below SMS_TIMEOUT, or nothing would ever be sent');
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

const needed = { error: 'is needed for this SMS sender' };

const twilio = z.object({
  TWILIO_ACCOUNT_SID: z
    .string(needed)
    .regex(/^AC[0-9a-f]{32}$/i, { error: 'must be AC and 32 hexadecimal digits' }),
  TWILIO_AUTH_TOKEN: z.string(needed),
  TWILIO_FROM: z.string(needed).regex(/^(\+\d{7,15}|MG[0-9a-f]{32}|[\w ]{1,11})$/i, {
    error: 'must be a phone, a sender name or a messaging service (MG...)',
  }),
});

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
      .string(needed)
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
    const wrong = (path: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: [path], message });
    if (method === 'GET' && body !== '') wrong('body', 'has no place in a GET request');
    if (method === 'GET' && secret) wrong('secret', 'signs a body, and GET has none');
    if (!(url + body).includes('{text}') || !/\{to\}|\{digits\}/.test(url + body))
      wrong(method === 'GET' ? 'url' : 'body', 'must name {text}, and {to} or {digits}');
    const type = headers['content-type'] ?? '';
    if (type.includes('json') && !isJson(fill(body, SAMPLE, escapeFor(type))))
      wrong('body', 'is no JSON once filled in');
  });

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
