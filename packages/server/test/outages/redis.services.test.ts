import { afterAll, expect, test } from 'vitest';
import { openRedis } from '../../src/redis/client.ts';
import { redisRateLimiter } from '../../src/redis/rate-limiter.ts';
import { newPhone, testApp } from '../harness.ts';
import { stopServices } from '../services/cleanup.ts';
import { startRedis } from '../services/redis.ts';
import { waitUntil } from '../services/wait-until.ts';
import { UNAVAILABLE } from './open.ts';

afterAll(stopServices);

test('while Redis is down or frozen, rate-limited calls fail with 503 and reads succeed; no restart is needed', async () => {
  const redis = await startRedis();
  const app = await testApp({
    env: { RATE_LIMIT_EXEMPT: '203.0.113.0/24' },
    deps: { limiter: redisRateLimiter(await openRedis(redis.url, () => {})) },
  });
  const { accessToken: token } = await app.signIn();
  const requestCode = () => app.rest('POST /auth/code', { body: { phone: newPhone() } });
  for (const [breakIt, repair] of [
    [redis.stop, redis.start],
    [redis.freeze, redis.thaw],
  ] as const) {
    await breakIt();
    const startedAt = performance.now();
    const refused = await requestCode();
    expect(refused).toMatchObject(UNAVAILABLE);
    expect(refused.headers['retry-after']).toBe('5');
    expect(
      (await app.trpc('mutation auth.requestCode', { body: { phone: newPhone() } })).status,
    ).toBe(503);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect((await app.rest('GET /profile', { token })).status).toBe(200);
    expect((await app.send('GET', '/readyz', {})).status).toBe(200);
    await repair();
    await waitUntil(async () => (await requestCode()).status === 200);
  }
});
