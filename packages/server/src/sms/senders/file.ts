import { appendFile } from 'node:fs/promises';
import type { SmsSender } from '../port.ts';

/** Appends one JSON line per message, for tests and for scripts that send messages themselves. */
export function fileSender(path: string): SmsSender {
  return {
    name: 'file',
    async send(message) {
      await appendFile(path, `${JSON.stringify(message)}\n`, { mode: 0o600 });
    },
  };
}
