import { describe, expect, test } from 'vitest';
import type { Tally } from '../src/redis/port.ts';

const HOUR = 3_600_000;

/** What every Tally keeps to. */
export function tallyContract(vendor: string, open: () => Promise<Tally> | Tally): void {
  const at = Date.now();
  const hour = Math.floor(at / HOUR);
  const newKey = () => `test-${crypto.randomUUID()}`;

  describe(`${vendor} as a Tally`, () => {
    test('counts by hour, and takes back', async () => {
      const tally = await open();
      const key = newKey();
      await tally.sent(key, 1, at);
      await tally.sent(key, 1, at - HOUR);
      await tally.sent(key, -1, at);
      const counts = await tally.sent(key, 1, at);
      expect(counts.toSorted((a, b) => a.hour - b.hour)).toEqual([
        { hour: hour - 1, sent: 1, verified: 0 },
        { hour, sent: 1, verified: 0 },
      ]);
      await tally.close();
    });

    test('knows at once of a code that was entered here', async () => {
      const tally = await open();
      const key = newKey();
      for (let n = 0; n < 3; n++) tally.verified(key, at);
      tally.verified(newKey(), at);
      expect(await tally.sent(key, 1, at)).toEqual([{ hour, sent: 1, verified: 3 }]);
      tally.verified(key, at);
      expect(await tally.sent(key, 1, at)).toEqual([{ hour, sent: 2, verified: 4 }]);
      await tally.close();
    });

    test('keeps keys apart and forgets after 24 hours', async () => {
      const tally = await open();
      const key = newKey();
      await tally.sent(key, 1, at - 24 * HOUR);
      await tally.sent(key, 1, at - 23 * HOUR);
      await tally.sent(newKey(), 1, at);
      const counts = await tally.sent(key, 1, at);
      expect(counts.map((each) => each.hour).sort()).toEqual([hour - 23, hour]);
    });

    test('loses nothing in a race', async () => {
      const tally = await open();
      const key = newKey();
      const read = await Promise.all(
        Array.from({ length: 100 }, () => {
          tally.verified(key, at);
          return tally.sent(key, 1, at);
        }),
      );
      const sums = read.map(([count]) => count?.sent ?? 0).sort((a, b) => a - b);
      expect(sums).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
      expect(await tally.sent(key, 1, at)).toEqual([{ hour, sent: 101, verified: 100 }]);
    });
  });
}
