import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attemptCode, outcome } from '../../../test/attempt-code.ts';
import { newPhone, openTestDatabase, testApp } from '../../../test/harness.ts';
import type { Database } from '../../database/port.ts';
import { issueCode } from './issue.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe('100 parallel clients on 4 instances', () => {
  test('get 5 wrong attempts per code and 8 per day, the owner keeping 2', async () => {
    const apps = await Promise.all(Array.from({ length: 4 }, () => testApp({ database })));
    const [first] = apps as [(typeof apps)[0]];
    const phone = newPhone();
    const advanceClocks = (seconds: number) =>
      apps.forEach((app) => void app.advanceClock(seconds));

    /** Each client attempts a different wrong code. */
    async function attemptInParallel() {
      const { code } = await issueCode(first.deps, { phone, purpose: 'signIn', ip: '127.0.0.1' });
      const responses = await Promise.all(
        Array.from({ length: 100 }, async (_, n) => {
          const wrongCode = String((Number(code) + 1 + n) % 10_000).padStart(4, '0');
          const protocol = n % 2 ? 'trpc' : 'rest';
          const app = apps[n % 4] as (typeof apps)[0];
          const body = { phone, code: wrongCode };
          const response =
            protocol === 'rest'
              ? await app.rest('POST /auth/verify', { body })
              : await app.trpc('mutation auth.verifyCode', { body });
          return response.body.data;
        }),
      );
      const wrong = responses.filter(({ reason }) => reason === 'CODE_WRONG');
      const refused = responses.filter(({ reason }) => reason === 'CODE_ATTEMPTS_EXCEEDED');
      expect(wrong.length + refused.length).toBe(100);
      return { left: wrong.map(({ attemptsLeft }) => attemptsLeft).sort(), code };
    }

    expect((await attemptInParallel()).left).toEqual([0, 1, 2, 3, 4]);
    advanceClocks(60);
    expect((await attemptInParallel()).left).toEqual([0, 1, 2]);
    // The day's failures outlive every new code: not even the correct one is accepted.
    for (let n = 0; n < 3; n++) {
      advanceClocks(3600);
      const { left, code } = await attemptInParallel();
      expect(left).toEqual([]);
      const correct = await outcome(attemptCode(first.deps, phone, code));
      expect(correct).toMatchObject({ reason: 'CODE_ATTEMPTS_EXCEEDED' });
    }
  });

  test('open one session with the correct code', async () => {
    const apps = await Promise.all(Array.from({ length: 4 }, () => testApp({ database })));
    const phone = newPhone();
    const { code } = await issueCode((apps[0] as (typeof apps)[0]).deps, {
      phone,
      purpose: 'signIn',
      ip: '127.0.0.1',
    });
    const responses = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        (apps[n % 4] as (typeof apps)[0]).rest('POST /auth/verify', { body: { phone, code } }),
      ),
    );
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(responses.filter(({ status }) => status >= 500)).toHaveLength(0);
  });
});
