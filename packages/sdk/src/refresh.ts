import { isInvitreeError } from './errors.ts';
import { sleep, waitAfter } from './retry.ts';
import type { Issued } from './session.ts';
import type { Send } from './transport.ts';

/**
 * The server gives the same answer to the same refresh token for so long, in milliseconds, so that
 * a lost one can be asked for anew; after that it takes the token for stolen.
 */
const GRACE = 10_000;

/** Trades a refresh token. Attempts are short, for the last must reach the server within the grace. */
export async function refresh(send: Send, refreshToken: string): Promise<Issued> {
  const request = { path: 'auth.refresh', type: 'mutation', input: { refreshToken } } as const;
  const end = Date.now() + GRACE * 0.9;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const timeout = Math.min(GRACE * 0.4, end - Date.now());
      return (await send({ ...request, timeout })) as Issued;
    } catch (error) {
      const wait = isInvitreeError(error) ? waitAfter(attempt, error) : undefined;
      if (wait === undefined || Date.now() + wait >= end) throw error;
      await sleep(wait);
    }
  }
}
