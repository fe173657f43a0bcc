import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attemptCode, outcome } from '../../../test/attempt-code.ts';
import { newPhone, openTestDatabase, testApp } from '../../../test/harness.ts';
import type { Database } from '../../database/port.ts';
import { issueCode } from './issue.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** Of the 10 per day, 2 are reserved for clients that have signed in before. */
const OPEN_FAILURES = 8;

/** In seconds, as in the settings. */
const HOUR = 3600;
const DAY = 24 * HOUR;

/** The same rules, in seconds and over plain arrays. */
class Model {
  now = 0;
  sent: number[] = [];
  failed: number[] = [];
  attempts = 0;
  expires = 0;
  live = false;

  failures(now = this.now) {
    return this.failed.filter((at) => at > now - DAY).length;
  }
  canSend(now = this.now) {
    const within = (window: number) => this.sent.filter((at) => at > now - window).length;
    return within(60) === 0 && within(HOUR) < 5 && within(DAY) < 10;
  }
  /** Seconds until the condition holds, at least 1. */
  secondsUntil(holds: (now: number) => boolean) {
    const events = [...this.sent, ...this.failed].flatMap((at) => [at + 60, at + HOUR, at + DAY]);
    const moments = [this.now, ...events.filter((at) => at > this.now)].sort((a, b) => a - b);
    return Math.max(1, (moments.find(holds) as number) - this.now);
  }
  send() {
    if (!this.canSend())
      return { reason: 'RATE_LIMITED', retryAfter: this.secondsUntil((at) => this.canSend(at)) };
    this.sent.push(this.now);
    this.attempts = 0;
    this.expires = this.now + 300;
    this.live = true;
    return 'ok';
  }
  isLive() {
    return this.live && this.expires > this.now;
  }
  /** The reason why an attempt is refused without a comparison. */
  refusal() {
    if (this.failures() >= OPEN_FAILURES)
      return {
        reason: 'CODE_ATTEMPTS_EXCEEDED',
        retryAfter: this.secondsUntil((at) => this.failures(at) < OPEN_FAILURES),
      };
    if (this.isLive() && this.attempts >= 5)
      return {
        reason: 'CODE_ATTEMPTS_EXCEEDED',
        retryAfter: this.secondsUntil((at) => this.canSend(at)),
      };
    return undefined;
  }
  attemptWrong() {
    const refusal = this.refusal();
    if (refusal) return refusal;
    // Without a valid code, the failures of the last 300 s take the place of the code's attempts.
    const recent = () => this.failed.filter((at) => at > this.now - 300).length;
    if (!this.isLive() && recent() >= 5)
      return { reason: 'CODE_ATTEMPTS_EXCEEDED', retryAfter: 60 };
    this.attempts += 1;
    this.failed.push(this.now);
    const attempts = this.isLive() ? this.attempts : recent();
    return {
      reason: 'CODE_WRONG',
      attemptsLeft: Math.min(5 - attempts, OPEN_FAILURES - this.failures()),
    };
  }
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant('wrong' as const) },
  { weight: 2, arbitrary: fc.constant('send' as const) },
  { weight: 1, arbitrary: fc.constantFrom('correct' as const, 'not allowed' as const) },
  { weight: 2, arbitrary: fc.constantFrom(1, 59, 60, 299, 300, HOUR, 5 * HOUR, DAY - 1, DAY) },
);

test('sends and attempts follow the rules in any order of events', async () => {
  const app = await testApp({ database });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const phone = newPhone();
      const model = new Model();
      let code = '';
      for (const step of steps) {
        if (typeof step === 'number') {
          model.now += step;
          app.advanceClock(step);
        } else if (step === 'send') {
          const expected = model.send();
          const sending = issueCode(app.deps, { phone, purpose: 'signIn', ip: '127.0.0.1' });
          expect(await outcome(sending)).toEqual(expected);
          if (expected === 'ok') code = (await sending).code;
        } else if (step === 'wrong') {
          const wrong = code === '0000' ? '1111' : '0000';
          expect(await outcome(attemptCode(app.deps, phone, wrong))).toEqual(model.attemptWrong());
        } else {
          if (code === '') continue;
          const expired = model.isLive() ? undefined : { reason: 'CODE_EXPIRED' };
          const refusal = model.refusal() ?? expired;
          const onlyIf = step === 'correct';
          const attempt = attemptCode(app.deps, phone, code, onlyIf);
          expect(await outcome(attempt)).toEqual(refusal ?? 'ok');
          if (refusal) continue;
          expect(await attempt).toBe(onlyIf);
          if (onlyIf) model.live = false;
        }
      }
    }),
    { numRuns: 10 },
  );
});
