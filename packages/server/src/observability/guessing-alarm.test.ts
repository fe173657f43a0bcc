import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { memoryRateLimiter } from '../redis/rate-limiter.ts';
import { createGuessingAlarm } from './guessing-alarm.ts';
import type { Logger, Metrics } from './port.ts';

function open() {
  let now = 0;
  const error = vi.fn<(...line: unknown[]) => void>();
  const count = vi.fn<(...metric: unknown[]) => void>();
  const alarm = createGuessingAlarm({
    limiter: memoryRateLimiter(),
    metrics: { count } as unknown as Metrics,
    log: { error } as unknown as Logger,
    clock: () => now,
  });
  const fail = async (times: number) => {
    for (let n = 0; n < times; n++) alarm.countFailed('code');
    await setImmediate();
  };
  const wait = (minutes: number) => {
    now += minutes * 60_000;
  };
  return { alarm, error, count, fail, wait };
}

test('more than 100 wrong proofs in 10 minutes are logged once a minute', async () => {
  const { error, count, fail } = open();
  await fail(100);
  expect(error).not.toHaveBeenCalled();
  expect(count).toHaveBeenCalledTimes(100);
  expect(count).toHaveBeenCalledWith('invitree_failed_proofs_total', { method: 'code' });
  await fail(50);
  expect(error).toHaveBeenCalledTimes(1);
  expect(error.mock.calls[0]?.[0]).toMatchObject({ failed: expect.any(Number), accepted: 0 });
});

test('a fifth of the right proofs is normal', async () => {
  const { alarm, error, fail } = open();
  for (let n = 0; n < 1_000; n++) alarm.countAccepted('password');
  await fail(200);
  expect(error).not.toHaveBeenCalled();
  await fail(1);
  expect(error).toHaveBeenCalledTimes(1);
});

test('right proofs of more than 10 minutes ago do not count', async () => {
  const { alarm, error, fail, wait } = open();
  for (let n = 0; n < 1_000; n++) alarm.countAccepted('code');
  wait(10);
  await fail(101);
  expect(error).toHaveBeenCalledTimes(1);
});
