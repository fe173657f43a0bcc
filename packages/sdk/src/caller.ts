import type { Procedure } from './call.ts';
import { type ErrorOf, InvitreeError, isInvitreeError, type Reason } from './errors.ts';
import type { Activation, Profile } from './generated/api.ts';
import { PROCEDURES } from './generated/procedures.ts';
import type { ClientOptions } from './options.ts';
import { sleep, waitAfter } from './retry.ts';
import type { Issued, Session } from './session.ts';
import type { Request, Send } from './transport.ts';

const SIGN_INS = new Set(['auth.verifyCode', 'auth.register', 'auth.login']);
const SIGN_OUTS = new Set(['auth.logout', 'profile.delete']);
/** Mutations that may be sent again after a lost answer. */
const REPEATABLE = new Set(['referral.activate']);
const TOKEN_REFUSED = new Set<Reason>(['TOKEN_INVALID', 'TOKEN_EXPIRED', 'TOKEN_MISSING']);

export type CallProcedure = (
  path: string,
  input: unknown,
  signal?: AbortSignal,
) => Promise<unknown>;

/** Calls procedures by path: with tokens, in several attempts, keeping what sign-ins answer. */
export function createCaller(
  send: Send,
  session: Session,
  { transport, retry }: Pick<ClientOptions, 'transport' | 'retry'>,
): CallProcedure {
  return call;

  async function call(path: string, given: unknown, signal?: AbortSignal): Promise<unknown> {
    const { type, access, input } = PROCEDURES[path] as Procedure;
    const signsIn = SIGN_INS.has(path);
    const request: Request = {
      path,
      type,
      signal,
      input:
        input === 'none'
          ? undefined
          : { ...(given as object), ...(signsIn && transport === 'cookie' && { transport }) },
    };
    const output = await repeat(
      request,
      access === 'anyone' ? () => send(request) : asPerson(request),
    );
    if (isIssued(output)) await session.begin(output);
    else if (signsIn) session.beginInCookie();
    if (SIGN_OUTS.has(path)) await session.end();
    return output;
  }

  /** Attempts in the name of whoever is signed in at the first of them: never of another since. */
  function asPerson(request: Request): () => Promise<unknown> {
    let person: string | null | undefined;
    return async () => {
      const tokens = await session.fresh();
      const userId = tokens?.userId ?? null;
      if (person === undefined) person = userId;
      if (person !== userId)
        throw new InvitreeError('TOKEN_MISSING', 'Who began this call is no longer signed in.');
      try {
        const output = await send({ ...request, accessToken: tokens?.accessToken });
        // A page that was loaded anew learns so that its cookie is good.
        if (transport === 'cookie') session.beginInCookie();
        return output;
      } catch (error) {
        if (!isInvitreeError(error) || !TOKEN_REFUSED.has(error.reason)) throw error;
        if (!tokens) session.signedOut(error);
        const renewed = tokens && (await session.renew(tokens));
        if (!renewed) throw error;
        return send({ ...request, accessToken: renewed.accessToken });
      }
    };
  }

  async function repeat(request: Request, attempt: () => Promise<unknown>): Promise<unknown> {
    const { path, type, input, signal } = request;
    const repeatable = type === 'query' || REPEATABLE.has(path);
    let lost = false;
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!isInvitreeError(error) || signal?.aborted) throw error;
        if (lost && error.is('ALREADY_ACTIVATED')) return activated(error, input);
        // Who is signed out already is what a sign-out wants.
        if (path === 'auth.logout' && error.status === 401) return { revoked: 0 };
        const wait = repeatable ? waitAfter(attempts, error, retry) : undefined;
        if (wait === undefined) throw error;
        lost ||= error.reason !== 'RATE_LIMITED';
        await sleep(wait);
      }
    }
  }

  /** The answer that was lost on the way, if the code in force is the one that was asked for. */
  async function activated(
    error: ErrorOf<'ALREADY_ACTIVATED'>,
    input: unknown,
  ): Promise<Activation> {
    const { inviteCode, activatedAt } = error;
    const asked = (input as { inviteCode: string }).inviteCode.trim().toUpperCase();
    if (asked !== inviteCode) throw error;
    const { id, referrerId, activatedInviteCode } = (await call(
      'profile.me',
      undefined,
    )) as Profile;
    if (!referrerId || activatedInviteCode !== inviteCode) throw error;
    return { userId: id, referrerId, inviteCode, activatedAt };
  }
}

function isIssued(output: unknown): output is Issued {
  return typeof (output as Partial<Issued> | null)?.refreshToken === 'string';
}
