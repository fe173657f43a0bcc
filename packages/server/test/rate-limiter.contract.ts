import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RateLimiter } from '../src/redis/port.ts';

/**
 * What every RateLimiter keeps to.
 * @param open a limiter that shares its points with the others opened under the same name
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
    test('gives so many points, then says when there are more', async () => {
      const { limiter, name } = await opened();
      const limit = { points: 3, seconds: 100 };
      const taken = [];
      for (let n = 0; n < 5; n++) taken.push(await limiter.consume(name, 'key', limit));
      expect(taken.map(({ wait }) => wait > 0)).toEqual([false, false, false, true, true]);
      expect(taken.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0, 0]);
      for (const { reset } of taken) {
        expect(reset).toBeGreaterThan(95_000);
        expect(reset).toBeLessThanOrEqual(100_000);
      }
    });

    test('keeps keys and limits apart', async () => {
      const { limiter, name } = await opened();
      const limit = { points: 1, seconds: 100 };
      await limiter.consume(name, 'a', limit);
      expect((await limiter.consume(name, 'b', limit)).wait).toBe(0);
      expect((await limiter.consume(`${name}-2`, 'a', limit)).wait).toBe(0);
      expect((await limiter.consume(name, 'a', limit)).wait).toBeGreaterThan(0);
    });

    test('gives no point twice in a race', async () => {
      const { limiter, name } = await opened();
      const limit = { points: 10, seconds: 100 };
      const taken = await Promise.all(
        Array.from({ length: 100 }, () => limiter.consume(name, 'key', limit)),
      );
      expect(taken.filter(({ wait }) => wait === 0)).toHaveLength(10);
    });

    test('the wait it names is true, and a refused try does not lengthen it', async () => {
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
