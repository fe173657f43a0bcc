import { describe, expect, onTestFinished, test } from 'vitest';
import { HOUR } from '../src/core/time.ts';
import type { Tally } from '../src/redis/port.ts';

/** The contract of every Tally. */
export function tallyContract(vendor: string, create: () => Promise<Tally> | Tally): void {
  async function open(): Promise<Tally> {
    const tally = await create();
    onTestFinished(() => tally.close());
    return tally;
  }

  const at = Date.now();
  const hour = Math.floor(at / HOUR);
  const newKey = () => `test-${crypto.randomUUID()}`;

  describe(`${vendor} as a Tally`, () => {
    test('counts by hour and reverts a count', async () => {
      const tally = await open();
      const key = newKey();
      await tally.countSent(key, 1, at);
      await tally.countSent(key, 1, at - HOUR);
      await tally.countSent(key, -1, at);
      const counts = await tally.countSent(key, 1, at);
      expect(counts.toSorted((a, b) => a.hour - b.hour)).toEqual([
        { hour: hour - 1, sent: 1, verified: 0 },
        { hour, sent: 1, verified: 0 },
      ]);
    });

    test('sees a code verified on this instance immediately', async () => {
      const tally = await open();
      const key = newKey();
      for (let n = 0; n < 3; n++) tally.countVerified(key, at);
      tally.countVerified(newKey(), at);
      expect(await tally.countSent(key, 1, at)).toEqual([{ hour, sent: 1, verified: 3 }]);
      tally.countVerified(key, at);
      expect(await tally.countSent(key, 1, at)).toEqual([{ hour, sent: 2, verified: 4 }]);
    });

    test('separates keys and drops counts after 24 hours', async () => {
      const tally = await open();
      const key = newKey();
      await tally.countSent(key, 1, at - 24 * HOUR);
      await tally.countSent(key, 1, at - 23 * HOUR);
      await tally.countSent(newKey(), 1, at);
      const counts = await tally.countSent(key, 1, at);
      expect(counts.map((each) => each.hour).sort()).toEqual([hour - 23, hour]);
    });

    test('loses no count in a race', async () => {
      const tally = await open();
      const key = newKey();
      const results = await Promise.all(
        Array.from({ length: 100 }, () => {
          tally.countVerified(key, at);
          return tally.countSent(key, 1, at);
        }),
      );
      const sums = results.map(([count]) => count?.sent ?? 0).sort((a, b) => a - b);
      expect(sums).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
      expect(await tally.countSent(key, 1, at)).toEqual([{ hour, sent: 101, verified: 100 }]);
    });
  });
}
