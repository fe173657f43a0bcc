import { InvitreeError, isInvitreeError, type Reason } from './errors.ts';
import type { Profile } from './generated/api.ts';
import { PROCEDURES } from './generated/procedures.ts';
import { recoverActivation } from './lost-activation.ts';
import type { Procedure } from './methods.ts';
import type { ClientOptions } from './options.ts';
import { retryDelay, sleep } from './retry.ts';
import type { Session, TokenResponse } from './session.ts';
import type { ProcedureRequest, Send } from './transport.ts';

const SIGN_INS = new Set(['auth.verifyCode', 'auth.register', 'auth.login']);
const SIGN_OUTS = new Set(['auth.logout', 'profile.delete']);
/** Mutations that are safe to send again after a lost response. */
const RETRYABLE_MUTATIONS = new Set(['referral.activate']);
const TOKEN_REJECTED = new Set<Reason>(['TOKEN_INVALID', 'TOKEN_EXPIRED', 'TOKEN_MISSING']);

/** @param path for example `auth.verifyCode` */
export type CallProcedure = (
  path: string,
  input: unknown,
  signal?: AbortSignal,
) => Promise<unknown>;

/** Creates the function behind every method. It adds tokens, retries, and maintains the session. */
export function createCaller(
  send: Send,
  session: Session,
  { transport, retry }: Pick<ClientOptions, 'transport' | 'retry'>,
): CallProcedure {
  return call;

  async function call(path: string, input: unknown, signal?: AbortSignal): Promise<unknown> {
    const { type, access, input: inputKind } = PROCEDURES[path] as Procedure;
    const signsIn = SIGN_INS.has(path);
    const request: ProcedureRequest = {
      path,
      type,
      signal,
      input:
        inputKind === 'none'
          ? undefined
          : { ...(input as object), ...(signsIn && transport === 'cookie' && { transport }) },
    };
    const output = await withRetries(
      request,
      access === 'anyone' ? () => send(request) : authenticated(request),
    );
    if (isTokenResponse(output)) await session.start(output);
    else if (signsIn) session.startWithCookie();
    if (SIGN_OUTS.has(path)) await session.end();
    return output;
  }

  /**
   * Returns a function that sends the request as the user who is signed in at the first attempt.
   * Later attempts never run as another user who has signed in since.
   */
  function authenticated(request: ProcedureRequest): () => Promise<unknown> {
    let initialUserId: string | null | undefined;
    return async () => {
      const tokens = await session.freshTokens();
      const userId = tokens?.userId ?? null;
      if (initialUserId === undefined) initialUserId = userId;
      if (initialUserId !== userId)
        throw new InvitreeError('TOKEN_MISSING', 'The user who made this call has signed out.');
      try {
        const output = await send({ ...request, accessToken: tokens?.accessToken });
        // After a page reload, only a successful call shows that the cookie holds a session.
        if (transport === 'cookie') session.startWithCookie();
        return output;
      } catch (error) {
        if (!isInvitreeError(error) || !TOKEN_REJECTED.has(error.reason)) throw error;
        if (!tokens) session.notifySignedOut(error);
        const renewed = tokens && (await session.renew(tokens));
        if (!renewed) throw error;
        return send({ ...request, accessToken: renewed.accessToken });
      }
    };
  }

  async function withRetries(
    request: ProcedureRequest,
    attempt: () => Promise<unknown>,
  ): Promise<unknown> {
    const { path, type, input, signal } = request;
    const retryable = type === 'query' || RETRYABLE_MUTATIONS.has(path);
    // True if an earlier attempt may have succeeded although its response did not arrive.
    let mayHaveSucceeded = false;
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!isInvitreeError(error) || signal?.aborted) throw error;
        if (mayHaveSucceeded && error.is('ALREADY_ACTIVATED'))
          return recoverActivation(
            error,
            input,
            () => call('profile.me', undefined) as Promise<Profile>,
          );
        // The user is signed out already, which is what the call was for.
        if (path === 'auth.logout' && error.status === 401) return { revoked: 0 };
        const delay = retryable ? retryDelay(attempts, error, retry) : undefined;
        if (delay === undefined) throw error;
        mayHaveSucceeded ||= error.reason !== 'RATE_LIMITED';
        await sleep(delay);
      }
    }
  }
}

/** True for the response to a sign-in or refresh that carries tokens. */
function isTokenResponse(output: unknown): output is TokenResponse {
  return typeof (output as Partial<TokenResponse> | null)?.refreshToken === 'string';
}
