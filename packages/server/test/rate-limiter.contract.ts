import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RateLimiter } from '../src/redis/port.ts';

/**
 * The contract of every RateLimiter.
 * @param open opens a limiter that shares its points with others opened with the same argument
 */
export function rateLimiterContract(
  vendor: string,
  open: (shared: string) => Promise<RateLimiter>,
): void {
  let names = 0;
  async function opened(shared = `${process.pid}-${names++}`) {
    const limiter = await open(shared);
    onTestFinished(() => limiter.close());
    return { limiter, name: `test-${shared}` };
  }

  describe(`${vendor} as a RateLimiter`, () => {
    test('grants the points of a limit, then says when the next one is available', async () => {
      const { limiter, name } = await opened();
      const limit = { points: 3, seconds: 100 };
      const results = [];
      for (let n = 0; n < 5; n++) results.push(await limiter.consume(name, 'key', limit));
      expect(results.map(({ wait }) => wait > 0)).toEqual([false, false, false, true, true]);
      expect(results.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0, 0]);
      for (const { reset } of results) {
        expect(reset).toBeGreaterThan(95_000);
        expect(reset).toBeLessThanOrEqual(100_000);
      }
    });

    test('separates keys and limits', async () => {
      const { limiter, name } = await opened();
      const limit = { points: 1, seconds: 100 };
      await limiter.consume(name, 'a', limit);
      expect((await limiter.consume(name, 'b', limit)).wait).toBe(0);
      expect((await limiter.consume(`${name}-2`, 'a', limit)).wait).toBe(0);
      expect((await limiter.consume(name, 'a', limit)).wait).toBeGreaterThan(0);
    });

    test('forgets what a key has consumed', async () => {
      const { limiter, name } = await opened();
      const limit = { points: 1, seconds: 100 };
      await limiter.consume(name, 'key', limit);
      await limiter.reset(name, 'key', limit);
      await limiter.reset(name, 'never used', limit);
      expect((await limiter.consume(name, 'key', limit)).wait).toBe(0);
    });

    test('grants no point twice in a race', async () => {
      const { limiter, name } = await opened();
      const limit = { points: 10, seconds: 100 };
      const results = await Promise.all(
        Array.from({ length: 100 }, () => limiter.consume(name, 'key', limit)),
      );
      expect(results.filter(({ wait }) => wait === 0)).toHaveLength(10);
    });

    test('grants a point after the stated wait, which refused attempts do not extend', async () => {
      const { limiter, name } = await opened();
      const limit = { points: 1, seconds: 1 };
      await limiter.consume(name, 'key', limit);
      const { wait } = await limiter.consume(name, 'key', limit);
      await limiter.consume(name, 'key', limit);
      await sleep(wait + 5);
      expect((await limiter.consume(name, 'key', limit)).wait).toBe(0);
    });
  });
}
