import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats the check until it returns true. A check that throws counts as false. */
export async function waitUntil(check: () => Promise<boolean>, seconds = 15): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  let cause: unknown;
  while (Date.now() < deadline) {
    try {
      if (await check()) return;
    } catch (error) {
      cause = error;
    }
    await sleep(50);
  }
  throw new Error(`Still false after ${seconds} s`, { cause });
}
