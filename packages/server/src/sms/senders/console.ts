import { maskPhone } from '../../core/phone.ts';
import type { SmsSender } from '../port.ts';

type Write = (line: string) => void;

/** Prints messages to the terminal, for development. */
export function consoleSender(write: Write = (line) => process.stdout.write(line)): SmsSender {
  return {
    name: 'console',
    async send({ to, text }) {
      write(`\n  SMS to ${to}: ${text}\n\n`);
    },
  };
}

/** For production, where codes must not appear in logs. Prints only that a message was dropped. */
export function silentSender(write: Write = (line) => process.stderr.write(line)): SmsSender {
  return {
    name: 'silent',
    async send({ to }) {
      write(`SMS to ${maskPhone(to)} not sent: set SMS_SENDER to a provider\n`);
    },
  };
}
