import { type Connection, request } from './connection.ts';
import type { User } from './ground.ts';
import { openAll, strict, type Work } from './load.ts';

/** The same request again and again. */
export function always(text: string): Work {
  return async (send) => void (await send(text));
}

/** Each in its turn, and from the beginning after the last. */
export function inTurn<T>(items: readonly T[]): () => T {
  let turn = 0;
  return () => items[turn++ % items.length] as T;
}

/** Each once; throws after the last. */
export function once<T>(items: readonly T[]): () => T {
  let turn = 0;
  return () => {
    const item = items[turn++];
    if (item === undefined) throw new Error('More was done than was prepared for');
    return item;
  };
}

export const profileOverRest = ({ token }: { token: string }) =>
  always(request('GET /api/v1/profile', { token }));
export const profileOverTrpc = ({ token }: { token: string }) =>
  always(request('GET /trpc/profile.me', { token }));

/** Asks for a code and signs in with it: two requests. The code comes with the answer, in development. */
export function signIn(phone: () => string): Work {
  return async (send) => {
    const number = phone();
    const asked = await send(request('POST /api/v1/auth/code', { body: { phone: number } }));
    const { devCode } = JSON.parse(asked.body);
    await send(request('POST /api/v1/auth/verify', { body: { phone: number, code: devCode } }));
  };
}

/** The same with better-auth; the look into its outbox is a third request, which costs it next to nothing. */
export function signInAtPeer(phone: () => string): Work {
  return async (send) => {
    const phoneNumber = phone();
    const { body: code } = await askPeer(send, phoneNumber);
    await send(request('POST /api/auth/phone-number/verify', { body: { phoneNumber, code } }));
  };
}

async function askPeer(send: Parameters<Work>[0], phoneNumber: string) {
  await send(request('POST /api/auth/phone-number/send-otp', { body: { phoneNumber } }));
  return send(request(`GET /code/${phoneNumber.slice(1)}`));
}

/** Each session trades its newest token for the next. */
export function refresh(users: User[]): Work {
  const free = users.map(({ refreshToken }) => refreshToken);
  return async (send) => {
    const refreshToken = free.shift();
    const { body } = await send(request('POST /api/v1/auth/refresh', { body: { refreshToken } }));
    free.push(JSON.parse(body).refreshToken);
  };
}

/** The token of a session at better-auth. */
export async function peerToken(send: Parameters<Work>[0], phoneNumber: string): Promise<string> {
  const { body: code } = await askPeer(send, phoneNumber);
  const verify = request('POST /api/auth/phone-number/verify', { body: { phoneNumber, code } });
  return JSON.parse((await send(verify)).body).token;
}

/** Each account may ask 20 times an hour. */
export function findByEmail(users: User[]): Work {
  const next = inTurn(users);
  return async (send) => {
    const { token, email } = next();
    await send(request('POST /api/v1/referral/find', { token, body: { email } }));
  };
}

/** Signs a user up and so many with their code. */
export async function withReferees(url: string, count: number): Promise<{ token: string }> {
  const [connection] = (await openAll([url], 1)) as [Connection];
  const send = strict(connection);
  const signUp = async (phone: string, inviteCode?: string) => {
    const asked = await send(request('POST /api/v1/auth/code', { body: { phone } }));
    const body = { phone, code: JSON.parse(asked.body).devCode, inviteCode };
    return JSON.parse((await send(request('POST /api/v1/auth/verify', { body }))).body);
  };
  const { user, accessToken } = await signUp('+79960000000');
  for (let n = 1; n <= count; n++) await signUp(`+7996${1_000_000 + n}`, user.inviteCode);
  connection.close();
  return { token: accessToken };
}
