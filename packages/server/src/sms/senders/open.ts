import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '../../core/time.ts';
import type { SmsSender } from '../port.ts';
import { readGateway, readTwilio } from '../sender-settings.ts';
import type { SmsSettings } from '../settings.ts';
import { consoleSender, silentSender } from './console.ts';
import { fileSender } from './file.ts';
import { httpSender } from './http.ts';
import { twilioSender } from './twilio.ts';

type Settings = SmsSettings & { production: boolean };

/** Opens SMS_SENDER and, if set, SMS_FALLBACK, in this order. */
export async function openSenders(settings: Settings): Promise<SmsSender[]> {
  const senders = [await openSender(settings, settings.SMS_SENDER, 'SMS')];
  if (settings.SMS_FALLBACK)
    senders.push(await openSender(settings, settings.SMS_FALLBACK, 'SMS_FALLBACK'));
  return settings.SMS_DELAY > 0
    ? senders.map((each) => delayed(each, settings.SMS_DELAY))
    : senders;
}

async function openSender(
  settings: Settings,
  kind: string,
  prefix: 'SMS' | 'SMS_FALLBACK',
): Promise<SmsSender> {
  if (kind === 'http') return httpSender(readGateway(settings, `${prefix}_HTTP`));
  if (kind === 'twilio') return twilioSender(readTwilio(settings));
  if (kind.startsWith('file:')) return fileSender(kind.slice('file:'.length));
  return settings.production ? silentSender() : consoleSender();
}

/** Waits before each message, to simulate a slow provider. */
export function delayed(sender: SmsSender, seconds: number): SmsSender {
  return {
    name: sender.name,
    async send(message, signal) {
      await sleep(seconds * SECOND, undefined, { signal });
      await sender.send(message, signal);
    },
  };
}
