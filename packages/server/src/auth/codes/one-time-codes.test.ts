import fc from 'fast-check';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPhone, openTestApp, openTestDatabase } from '../../../test/harness.ts';
import { DomainError } from '../../core/errors.ts';
import type { Database } from '../../database/port.ts';
import type { Deps } from '../../deps.ts';
import { issueCode } from './issue.ts';
import { type Guess, guessCode, refuseWrong } from './verify.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** What a rule answered: `ok`, or the reason and what it carries. */
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'ok' as const,
    (error) => {
      if (error instanceof DomainError) return { reason: error.reason, ...error.data };
      throw error;
    },
  );

/** A guess in a statement of its own, where a right one onlyIf something or not; whether it was spent. */
async function tryCode(deps: Deps, phone: string, code: string, onlyIf = true): Promise<boolean> {
  const guess = guessCode(deps, { phone, code, onlyIf: sql`${onlyIf}` });
  const [guessed] = await deps.database.query<Guess>(
    sql`with guess as (${guess}) select spent, "attemptsLeft" from guess`,
  );
  return (await refuseWrong(deps, phone, guessed)).spent;
}

const HOUR = 3600;
const DAY = 24 * HOUR;

/** The rules once more, in seconds and plain arrays. */
class Model {
  now = 0;
  sent: number[] = [];
  failed: number[] = [];
  tries = 0;
  expires = 0;
  live = false;

  failures(now = this.now) {
    return this.failed.filter((at) => at > now - DAY).length;
  }
  maySend(now = this.now) {
    const within = (window: number) => this.sent.filter((at) => at > now - window).length;
    return within(60) === 0 && within(HOUR) < 5 && within(DAY) < 10;
  }
  /** The first second from now on at which something holds. */
  secondsUntil(holds: (now: number) => boolean) {
    const events = [...this.sent, ...this.failed].flatMap((at) => [at + 60, at + HOUR, at + DAY]);
    const moments = [this.now, ...events.filter((at) => at > this.now)].sort((a, b) => a - b);
    return Math.max(1, (moments.find(holds) as number) - this.now);
  }
  send() {
    if (!this.maySend())
      return { reason: 'RATE_LIMITED', retryAfter: this.secondsUntil((at) => this.maySend(at)) };
    this.sent.push(this.now);
    this.tries = 0;
    this.expires = this.now + 300;
    this.live = true;
    return 'ok';
  }
  /** Why a try is not even looked at. */
  refusal() {
    if (this.failures() >= 10)
      return {
        reason: 'CODE_ATTEMPTS_EXCEEDED',
        retryAfter: this.secondsUntil((at) => this.failures(at) < 10),
      };
    if (!this.live || this.expires <= this.now) return { reason: 'CODE_EXPIRED' };
    if (this.tries >= 5)
      return {
        reason: 'CODE_ATTEMPTS_EXCEEDED',
        retryAfter: this.secondsUntil((at) => this.maySend(at)),
      };
    return undefined;
  }
  guess() {
    const refusal = this.refusal();
    if (refusal) return refusal;
    this.tries += 1;
    this.failed.push(this.now);
    return { reason: 'CODE_WRONG', attemptsLeft: Math.min(5 - this.tries, 10 - this.failures()) };
  }
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant('guess' as const) },
  { weight: 2, arbitrary: fc.constant('send' as const) },
  { weight: 1, arbitrary: fc.constantFrom('right' as const, 'of no use' as const) },
  { weight: 2, arbitrary: fc.constantFrom(1, 59, 60, 299, 300, HOUR, 5 * HOUR, DAY - 1, DAY) },
);

test('every answer, count and wait is what the rules say, in any order of events', async () => {
  const app = await openTestApp({ database });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const phone = newPhone();
      const model = new Model();
      let code = '';
      for (const step of steps) {
        if (typeof step === 'number') {
          model.now += step;
          app.wait(step);
        } else if (step === 'send') {
          const expected = model.send();
          const sending = issueCode(app.deps, phone);
          expect(await outcome(sending)).toEqual(expected);
          if (expected === 'ok') code = (await sending).code;
        } else if (step === 'guess') {
          const wrong = code === '0000' ? '1111' : '0000';
          expect(await outcome(tryCode(app.deps, phone, wrong))).toEqual(model.guess());
        } else {
          const refusal = model.refusal();
          const onlyIf = step === 'right';
          const trying = tryCode(app.deps, phone, code, onlyIf);
          expect(await outcome(trying)).toEqual(refusal ?? 'ok');
          if (refusal) continue;
          expect(await trying).toBe(onlyIf);
          if (onlyIf) model.live = false;
        }
      }
    }),
    { numRuns: 10 },
  );
  await app.close();
});

describe('100 parallel guessers over 4 instances', () => {
  test('get 5 guesses at a code and 10 a day, whatever they do', async () => {
    const apps = await Promise.all(Array.from({ length: 4 }, () => openTestApp({ database })));
    const [first] = apps as [(typeof apps)[0]];
    const phone = newPhone();
    const everyone = (seconds: number) => apps.forEach((app) => void app.wait(seconds));

    /** Each guesser tries a code of its own; what came of it, counted. */
    async function storm() {
      const { code } = await issueCode(first.deps, phone);
      const answers = await Promise.all(
        Array.from({ length: 100 }, async (_, n) => {
          const guess = String((Number(code) + 1 + n) % 10_000).padStart(4, '0');
          const protocol = n % 2 ? 'trpc' : 'rest';
          const app = apps[n % 4] as (typeof apps)[0];
          const body = { phone, code: guess };
          const answer =
            protocol === 'rest'
              ? await app.rest('POST /auth/verify', { body })
              : await app.trpc('mutation auth.verifyCode', { body });
          return answer.body.data;
        }),
      );
      const wrong = answers.filter(({ reason }) => reason === 'CODE_WRONG');
      const refused = answers.filter(({ reason }) => reason === 'CODE_ATTEMPTS_EXCEEDED');
      expect(wrong.length + refused.length).toBe(100);
      return { left: wrong.map(({ attemptsLeft }) => attemptsLeft).sort(), code };
    }

    expect((await storm()).left).toEqual([0, 1, 2, 3, 4]);
    everyone(60);
    expect((await storm()).left).toEqual([0, 1, 2, 3, 4]);
    // The day's failures outlive every new code; the right one is of no use then either.
    for (let n = 0; n < 3; n++) {
      everyone(HOUR);
      const { left, code } = await storm();
      expect(left).toEqual([]);
      const right = await outcome(tryCode(first.deps, phone, code));
      expect(right).toMatchObject({ reason: 'CODE_ATTEMPTS_EXCEEDED' });
    }
    await Promise.all(apps.map((app) => app.close()));
  });

  test('with the right code make one session of it', async () => {
    const apps = await Promise.all(Array.from({ length: 4 }, () => openTestApp({ database })));
    const phone = newPhone();
    const { code } = await issueCode((apps[0] as (typeof apps)[0]).deps, phone);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        (apps[n % 4] as (typeof apps)[0]).rest('POST /auth/verify', { body: { phone, code } }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toHaveLength(0);
    await Promise.all(apps.map((app) => app.close()));
  });
});

test('a flood on a phone leaves its owner signed in', async () => {
  const app = await openTestApp({ database });
  const phone = newPhone();
  const owner = await app.signIn(phone);
  app.wait(60);
  for (let n = 0; n < 12; n++) {
    await app.rest('POST /auth/code', { body: { phone } });
    for (let guess = 0; guess < 6; guess++)
      await app.rest('POST /auth/verify', { body: { phone, code: '000000' } });
    app.wait(60);
  }
  const refused = await app.rest('POST /auth/code', { body: { phone } });
  expect(refused.body.data.reason).toBe('RATE_LIMITED');
  expect((await app.rest('GET /profile', { token: owner.accessToken })).status).toBe(200);
  const { refreshToken } = owner;
  const refreshed = await app.rest('POST /auth/refresh', { body: { refreshToken } });
  expect(refreshed.status).toBe(200);
  await app.close();
});

test('deleting the account again and again gives a phone no codes without end', async () => {
  const app = await openTestApp({ database, env: { CODE_RESEND_AFTER: '0' } });
  const phone = newPhone();
  let signIns = 0;
  for (let n = 0; n < 15; n++) {
    const { body: asked } = await app.rest('POST /auth/code', { body: { phone } });
    if (!asked.devCode) continue;
    signIns += 1;
    const { body } = await app.rest('POST /auth/verify', { body: { phone, code: asked.devCode } });
    await app.rest('DELETE /profile?confirm=true', { token: body.accessToken });
  }
  // The first one, and a day's.
  expect(signIns).toBe(11);
  await app.close();
});

describe('TEST_PHONES', () => {
  const env = { TEST_PHONES: '+7999*:1234,+79990000000:1111,+79991*:55555' };

  test('have fixed codes, of which nothing is sent and no limit holds', async () => {
    const app = await openTestApp({ database, env });
    for (let n = 0; n < 30; n++) {
      const { status, body } = await app.rest('POST /auth/code', {
        body: { phone: '79990000000' },
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({ devCode: '1111', codeLength: 4 });
    }
    expect(app.outbox).toEqual([]);
    const { body } = await app.rest('POST /auth/code', { body: { phone: '+79997777777' } });
    expect(body.devCode).toBe('1234');
    const signedIn = await app.rest('POST /auth/verify', {
      body: { phone: '+79990000000', code: '1111' },
    });
    expect(signedIn.status).toBe(200);
    const [row] = await app.deps.database.prisma.phoneCode.findMany({
      where: { phone: '+79990000000' },
    });
    expect(row?.sentAt).toEqual([]);
    await app.close();
  });

  test('are guessed as seldom as any', async () => {
    const app = await openTestApp({ database, env });
    const phone = '+79990000001';
    let wrong = 0;
    for (let n = 0; n < 30; n++) {
      await app.rest('POST /auth/code', { body: { phone } });
      const { body } = await app.rest('POST /auth/verify', { body: { phone, code: '0000' } });
      if (body.data.reason === 'CODE_WRONG') wrong += 1;
    }
    expect(wrong).toBe(10);
    await app.close();
  });
});

test('other phones get random codes of the length that is set', async () => {
  const app = await openTestApp({ database, env: { CODE_LENGTH: '6', CODE_RESEND_AFTER: '0' } });
  const codes = new Set<string>();
  for (let n = 0; n < 30; n++) {
    const { code } = await issueCode(app.deps, newPhone());
    expect(code).toMatch(/^\d{6}$/);
    codes.add(code);
  }
  expect(codes.size).toBeGreaterThan(25);
  await app.close();
});
