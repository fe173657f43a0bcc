import { z } from 'zod';

const sender = z.string().regex(/^(console|http|twilio|file:.+)$/s, {
  error: 'must be console, file:PATH, http or twilio',
});
const text = z.string().optional();

const gatewaySettings = <Prefix extends string>(prefix: Prefix, condition: string) => {
  const described = (description: string) => text.describe(`${description} ${condition}`);
  return {
    [`${prefix}_URL`]: described(
      'URL template with the placeholders `{to}`, `{digits}`, `{text}` and `{id}`.',
    ),
    [`${prefix}_METHOD`]: described('`POST` (default), `PUT` or `GET`.'),
    [`${prefix}_HEADERS`]: described('JSON object of headers.'),
    [`${prefix}_BODY`]: described('Body template, by default `{"to":"{to}","text":"{text}"}`.'),
    [`${prefix}_SECRET`]: described(
      'Signs requests according to [Standard Webhooks](https://www.standardwebhooks.com).',
    ),
    [`${prefix}_EXPECT`]: described('Text that a successful response must contain.'),
  } as { [Field in GatewayField as `${Prefix}_${Field}`]: typeof text };
};

type GatewayField = 'URL' | 'METHOD' | 'HEADERS' | 'BODY' | 'SECRET' | 'EXPECT';

/** A sender's settings are validated only if that sender is selected (sender-settings.ts). */
export const smsSettings = {
  SMS_SENDER: sender
    .default('console')
    .describe(
      'How messages are sent: `console` (hides them in production), `file:PATH` (one JSON line per message), `http` or `twilio`.',
    ),
  SMS_FALLBACK: sender
    .optional()
    .describe('A second sender, used immediately when `SMS_SENDER` fails.'),
  SMS_TIMEOUT: z.coerce
    .number()
    .positive()
    .max(60)
    .default(10)
    .describe('Seconds after which an attempt counts as failed.'),
  SMS_DELAY: z.coerce
    .number()
    .min(0)
    .default(0)
    .describe('Seconds to wait before each message, to simulate a slow provider.'),
  ...gatewaySettings('SMS_HTTP', 'For `SMS_SENDER=http`.'),
  ...gatewaySettings('SMS_FALLBACK_HTTP', 'For `SMS_FALLBACK=http`.'),
  TWILIO_ACCOUNT_SID: text.describe('Account SID, for the sender `twilio`.'),
  TWILIO_AUTH_TOKEN: text.describe('Auth token, for the sender `twilio`.'),
  TWILIO_FROM: text.describe('Phone, sender name or messaging service, for the sender `twilio`.'),
};

export type SmsSettings = z.infer<z.ZodObject<typeof smsSettings>>;
