import { appendFile } from 'node:fs/promises';
import { maskPhone } from '../auth/phone.ts';
import type { SmsSender } from '../ports.ts';

/** For development: the message, where the developer looks anyway. */
export function consoleSender(
  write = (line: string) => void process.stdout.write(line),
): SmsSender {
  return {
    async send({ to, text }) {
      write(`\n  SMS to ${to}: ${text}\n\n`);
    },
  };
}

/** Where nobody may read codes off a log: says only that there was one. */
export function silentSender(write = (line: string) => void process.stderr.write(line)): SmsSender {
  return {
    async send({ to }) {
      write(`SMS to ${maskPhone(to)} went nowhere: SMS_SENDER is not set\n`);
    },
  };
}

/** One JSON line a message, for tests and for scripts that deliver on their own. */
export function fileSender(path: string): SmsSender {
  return {
    async send(message) {
      await appendFile(path, `${JSON.stringify(message)}\n`, { mode: 0o600 });
    },
  };
}
