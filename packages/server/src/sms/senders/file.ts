import { appendFile } from 'node:fs/promises';
import type { SmsSender } from '../port.ts';

/** One JSON line a message, for tests and for scripts that deliver on their own. */
export function fileSender(path: string): SmsSender {
  return {
    name: 'file',
    async send(message) {
      await appendFile(path, `${JSON.stringify(message)}\n`, { mode: 0o600 });
    },
  };
}
