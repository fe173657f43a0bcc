import { isInvitreeError } from './errors.ts';
import { retryDelay, sleep } from './retry.ts';
import type { TokenResponse } from './session.ts';
import type { Send } from './transport.ts';

/**
 * How long the server repeats its response to a used refresh token, in milliseconds, so that a lost
 * response can be requested again. After that, it treats the token as stolen.
 */
const GRACE_PERIOD = 10_000;

/**
 * Exchanges a refresh token. Attempts have short timeouts, because the last one must reach the
 * server within the grace period.
 * @throws InvitreeError
 */
export async function refresh(send: Send, refreshToken: string): Promise<TokenResponse> {
  const request = { path: 'auth.refresh', type: 'mutation', input: { refreshToken } } as const;
  const deadline = Date.now() + GRACE_PERIOD * 0.9;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const timeout = Math.min(GRACE_PERIOD * 0.4, deadline - Date.now());
      return (await send({ ...request, timeout })) as TokenResponse;
    } catch (error) {
      const delay = isInvitreeError(error) ? retryDelay(attempt, error) : undefined;
      if (delay === undefined || Date.now() + delay >= deadline) throw error;
      await sleep(delay);
    }
  }
}
