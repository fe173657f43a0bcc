import type { RequestClient } from 'twilio';
import { SmsError, type SmsSender } from '../port.ts';
import { isTransient } from './http.ts';

export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  /** A phone in E.164, a sender name, or a messaging service (`MG...`). */
  from: string;
}

/**
 * Sends through Twilio's Programmable Messaging. Its API has no idempotency keys, so after a lost
 * response the same message may arrive twice.
 * @param httpClient Twilio's own by default
 */
export async function twilioSender(
  { accountSid, authToken, from }: TwilioAccount,
  httpClient?: RequestClient,
): Promise<SmsSender> {
  // Loaded on demand: the library takes 20 MB.
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
        // Twilio's own error messages may quote the SMS.
        if (status) throw new SmsError(`status ${status}`, !isTransient(status));
        throw error;
      }
    },
  };
}
