import { maskPhone } from '../../core/phone.ts';
import type { SmsSender } from '../port.ts';

type Write = (line: string) => void;

/** For development: the message, where the developer looks anyway. */
export function consoleSender(write: Write = (line) => process.stdout.write(line)): SmsSender {
  return {
    name: 'console',
    async send({ to, text }) {
      write(`\n  SMS to ${to}: ${text}\n\n`);
    },
  };
}

/** Where nobody may read codes off a log: says only that there was one. */
export function silentSender(write: Write = (line) => process.stderr.write(line)): SmsSender {
  return {
    name: 'silent',
    async send({ to }) {
      write(`SMS to ${maskPhone(to)} went nowhere: SMS_SENDER is not set\n`);
    },
  };
}
