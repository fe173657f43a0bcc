import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvitreeError } from '../src/errors.ts';
import { Session, type TokenResponse } from '../src/session.ts';
import type { Tokens } from '../src/storage.ts';

/**
 * Rotating refresh tokens, stricter than the server: a used one gets its successor again only while
 * nobody has received that.
 */
function rotation() {
  let newest = 0;
  let received = 0;
  const issue = (): TokenResponse => ({
    accessToken: `access ${newest}`,
    refreshToken: String(newest),
    expiresIn: 900,
    user: { id: 'anna' },
  });
  return {
    issue,
    refresh(token: string): TokenResponse {
      const known = Number(token);
      if (known < received) throw new InvitreeError('REFRESH_REUSED', 'reused', { status: 401 });
      newest = known + 1;
      return issue();
    },
    receive({ refreshToken }: TokenResponse) {
      received = Number(refreshToken);
    },
    isNewest: (tokens: Tokens | null) => tokens?.refreshToken === String(newest),
  };
}

/**
 * Several tabs over one slow storage, with refreshes whose answers get lost: however their steps
 * interleave, the session survives and the newest refresh token is the stored one in the end.
 */
test('no interleaving loses the newest refresh token', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.tuple(fc.nat(2), fc.boolean()), { minLength: 1, maxLength: 12 }),
      async (scheduler, calls) => {
        const server = rotation();
        let stored: Tokens | null = { ...server.issue(), userId: 'anna', refreshAt: 0 };
        let turn: Promise<unknown> = Promise.resolve();
        const ended: unknown[] = [];
        const losses = calls.map(([, lost]) => lost);
        const tabs = [0, 1, 2].map(
          () =>
            new Session({
              storage: {
                load: () => scheduler.schedule(Promise.resolve(), 'load').then(() => stored),
                save: (tokens) =>
                  scheduler.schedule(Promise.resolve(), 'save').then(() => {
                    stored = tokens;
                  }),
                lock(work) {
                  const done = turn.then(work);
                  turn = done.catch(() => undefined);
                  return done;
                },
              },
              async refresh(token) {
                await scheduler.schedule(Promise.resolve(), 'ask');
                const issued = server.refresh(token);
                await scheduler.schedule(Promise.resolve(), 'answer');
                if (losses.pop()) throw new InvitreeError('NETWORK', 'lost');
                server.receive(issued);
                return issued;
              },
              onSignedOut: (error) => ended.push(error),
            }),
        );
        const seen = stored;
        const all = Promise.allSettled(calls.map(([tab]) => (tabs[tab] as Session).renew(seen)));
        await scheduler.waitFor(all);
        losses.length = 0;
        const last = scheduler.waitFor((tabs[0] as Session).renew(stored));
        expect(server.isNewest(await last)).toBe(true);
        expect(server.isNewest(stored)).toBe(true);
        expect(ended).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});
