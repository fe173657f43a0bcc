import { z } from 'zod';
import { escapeFor, fill, type HttpGateway } from './sms-http.ts';
import type { TwilioAccount } from './sms-twilio.ts';

const sender = z.string().regex(/^(console|http|twilio|file:.+)$/s, {
  error: 'must be console, file:PATH, http or twilio',
});
const text = z.string().optional();

/** How codes leave. What belongs to one kind of sender is looked at only if that kind is chosen. */
export const smsSettings = {
  SMS_SENDER: sender.default('console'),
  /** Asked in the same breath when SMS_SENDER fails. */
  SMS_FALLBACK: sender.optional(),
  /** Seconds that a sender may take before it counts as failed. */
  SMS_TIMEOUT: z.coerce.number().positive().max(60).default(10),
  /** Seconds, to imitate a slow provider. */
  SMS_DELAY: z.coerce.number().min(0).default(0),
  SMS_HTTP_URL: text,
  SMS_HTTP_METHOD: text,
  SMS_HTTP_HEADERS: text,
  SMS_HTTP_BODY: text,
  SMS_HTTP_SECRET: text,
  SMS_HTTP_EXPECT: text,
  SMS_FALLBACK_HTTP_URL: text,
  SMS_FALLBACK_HTTP_METHOD: text,
  SMS_FALLBACK_HTTP_HEADERS: text,
  SMS_FALLBACK_HTTP_BODY: text,
  SMS_FALLBACK_HTTP_SECRET: text,
  SMS_FALLBACK_HTTP_EXPECT: text,
  TWILIO_ACCOUNT_SID: text,
  TWILIO_AUTH_TOKEN: text,
  TWILIO_FROM: text,
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
