import type { RequestClient } from 'twilio';
import { SmsFailure, type SmsSender } from '../port.ts';
import { isTransient } from './http.ts';

export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  /** A phone in E.164, or a messaging service (`MG...`). */
  from: string;
}

/**
 * Twilio's Programmable Messaging. Its API knows no idempotency key, so a message whose answer was
 * lost may arrive twice: the same code, twice.
 * @param httpClient what carries the requests, if not Twilio's own
 */
export async function twilioSender(
  { accountSid, authToken, from }: TwilioAccount,
  httpClient?: RequestClient,
): Promise<SmsSender> {
  // 20 MB of library: only for those who chose it.
  const { default: twilio } = await import('twilio');
  const client = twilio(accountSid, authToken, { ...(httpClient && { httpClient }) });
  const sender = from.startsWith('MG') ? { messagingServiceSid: from } : { from };
  return {
    name: 'twilio',
    async send({ to, text }) {
      try {
        await client.messages.create({ to, body: text, ...sender });
      } catch (error) {
        const { status } = error as { status?: number };
        // Twilio's own words may quote the message.
        if (status) throw new SmsFailure(`status ${status}`, !isTransient(status));
        throw error;
      }
    },
  };
}
