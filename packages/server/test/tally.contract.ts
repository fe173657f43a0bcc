import { describe, expect, test } from 'vitest';
import type { Tally } from '../src/ports.ts';

const HOUR = 3_600_000;

/** What every Tally keeps to. */
export function tallyContract(vendor: string, open: () => Promise<Tally> | Tally): void {
  const at = Date.now();
  const hour = Math.floor(at / HOUR);
  const newKey = () => `test-${crypto.randomUUID()}`;
  const sent = { field: 'sent', by: 1, at } as const;

  describe(`${vendor} as a Tally`, () => {
    test('counts by hour and field, and takes back', async () => {
      const tally = await open();
      const key = newKey();
      await tally.add(key, sent);
      await tally.add(key, { ...sent, at: at - HOUR });
      await tally.add(key, { ...sent, field: 'verified' });
      await tally.add(key, { ...sent, by: -1 });
      const counts = await tally.add(key, sent);
      expect(counts.toSorted((a, b) => a.hour - b.hour)).toEqual([
        { hour: hour - 1, sent: 1, verified: 0 },
        { hour, sent: 1, verified: 1 },
      ]);
    });

    test('keeps keys apart and forgets after 24 hours', async () => {
      const tally = await open();
      const key = newKey();
      await tally.add(key, { ...sent, at: at - 24 * HOUR });
      await tally.add(key, { ...sent, at: at - 23 * HOUR });
      await tally.add(newKey(), sent);
      const counts = await tally.add(key, sent);
      expect(counts.map((each) => each.hour).sort()).toEqual([hour - 23, hour]);
    });

    test('loses nothing in a race', async () => {
      const tally = await open();
      const key = newKey();
      const read = await Promise.all(Array.from({ length: 100 }, () => tally.add(key, sent)));
      const sums = read.map(([count]) => count?.sent ?? 0).sort((a, b) => a - b);
      expect(sums).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    });
  });
}
