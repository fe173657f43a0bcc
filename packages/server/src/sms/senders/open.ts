import { setTimeout as sleep } from 'node:timers/promises';
import type { SmsSender } from '../port.ts';
import { readGateway, readTwilio, type SmsSettings } from '../settings.ts';
import { consoleSender, silentSender } from './console.ts';
import { fileSender } from './file.ts';
import { httpSender } from './http.ts';
import { twilioSender } from './twilio.ts';

type Settings = SmsSettings & { production: boolean };

/** SMS_SENDER and SMS_FALLBACK, in this order. */
export async function openSenders(settings: Settings): Promise<SmsSender[]> {
  const senders = [await openSender(settings, settings.SMS_SENDER, 'SMS')];
  if (settings.SMS_FALLBACK)
    senders.push(await openSender(settings, settings.SMS_FALLBACK, 'SMS_FALLBACK'));
  return settings.SMS_DELAY > 0 ? senders.map((each) => slow(each, settings.SMS_DELAY)) : senders;
}

async function openSender(
  settings: Settings,
  kind: string,
  role: 'SMS' | 'SMS_FALLBACK',
): Promise<SmsSender> {
  if (kind === 'http') return httpSender(readGateway(settings, `${role}_HTTP`));
  if (kind === 'twilio') return twilioSender(readTwilio(settings));
  if (kind.startsWith('file:')) return fileSender(kind.slice('file:'.length));
  return settings.production ? silentSender() : consoleSender();
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
