import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvitreeError } from '../src/errors.ts';
import { Session, type TokenResponse } from '../src/session.ts';
import type { Tokens } from '../src/storage.ts';

/**
 * A server with rotating refresh tokens, stricter than the real one: it repeats its response to a
 * used token only until a client has received the successor.
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
      const number = Number(token);
      if (number < received) throw new InvitreeError('REFRESH_REUSED', 'reused', { status: 401 });
      newest = number + 1;
      return issue();
    },
    receive({ refreshToken }: TokenResponse) {
      received = Number(refreshToken);
    },
    isNewest: (tokens: Tokens | null) => tokens?.refreshToken === String(newest),
  };
}

/**
 * Several tabs share a slow storage, and some responses to refreshes are lost. However their steps
 * interleave, the session survives and the storage ends up with the newest refresh token.
 */
test('no interleaving loses the newest refresh token', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.tuple(fc.nat(2), fc.boolean()), { minLength: 1, maxLength: 12 }),
      async (scheduler, calls) => {
        const server = rotation();
        let stored: Tokens | null = { ...server.issue(), userId: 'anna', refreshAt: 0 };
        let lastTurn: Promise<unknown> = Promise.resolve();
        const signOuts: unknown[] = [];
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
                  const result = lastTurn.then(work);
                  lastTurn = result.catch(() => undefined);
                  return result;
                },
              },
              async refresh(token) {
                await scheduler.schedule(Promise.resolve(), 'request');
                const issued = server.refresh(token);
                await scheduler.schedule(Promise.resolve(), 'response');
                if (losses.pop()) throw new InvitreeError('NETWORK', 'lost');
                server.receive(issued);
                return issued;
              },
              onSignedOut: (error) => signOuts.push(error),
            }),
        );
        const initial = stored;
        const all = Promise.allSettled(calls.map(([tab]) => (tabs[tab] as Session).renew(initial)));
        await scheduler.waitFor(all);
        losses.length = 0;
        const last = scheduler.waitFor((tabs[0] as Session).renew(stored));
        expect(server.isNewest(await last)).toBe(true);
        expect(server.isNewest(stored)).toBe(true);
        expect(signOuts).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});
