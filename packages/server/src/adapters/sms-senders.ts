import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { SmsSender } from '../ports.ts';
import { consoleSender, silentSender } from './sms-console.ts';
import { fileSender } from './sms-file.ts';
import { httpSender } from './sms-http.ts';
import { readGateway, readTwilio } from './sms-settings.ts';
import { twilioSender } from './sms-twilio.ts';

/** SMS_SENDER and SMS_FALLBACK, in this order. */
export async function openSenders(config: Config): Promise<SmsSender[]> {
  const senders = [await openSender(config, config.SMS_SENDER, 'SMS')];
  if (config.SMS_FALLBACK)
    senders.push(await openSender(config, config.SMS_FALLBACK, 'SMS_FALLBACK'));
  return config.SMS_DELAY > 0 ? senders.map((each) => slow(each, config.SMS_DELAY)) : senders;
}

async function openSender(
  config: Config,
  kind: string,
  role: 'SMS' | 'SMS_FALLBACK',
): Promise<SmsSender> {
  if (kind === 'http') return httpSender(readGateway(config, `${role}_HTTP`));
  if (kind === 'twilio') return twilioSender(readTwilio(config));
  if (kind.startsWith('file:')) return fileSender(kind.slice('file:'.length));
  return config.production ? silentSender() : consoleSender();
}

/** Imitates a provider that takes its time. */
export function slow(sender: SmsSender, seconds: number): SmsSender {
  return {
    name: sender.name,
    async send(message, signal) {
      await sleep(seconds * 1000, undefined, { signal });
      await sender.send(message, signal);
    },
  };
}
