import { type Connection, request } from './connection.ts';
import type { User } from './fixture.ts';
import { openAll, strict, type Workload } from './load.ts';

/** Repeats the same request. */
export function always(text: string): Workload {
  return async (send) => void (await send(text));
}

/** Returns the items one by one, and starts over after the last. */
export function cycle<T>(items: readonly T[]): () => T {
  let turn = 0;
  return () => items[turn++ % items.length] as T;
}

/** Returns each item once, and throws after the last. */
export function once<T>(items: readonly T[]): () => T {
  let turn = 0;
  return () => {
    const item = items[turn++];
    if (item === undefined) throw new Error('The workload ran out of prepared items');
    return item;
  };
}

export const profileOverRest = ({ token }: { token: string }) =>
  always(request('GET /api/v1/profile', { token }));
export const profileOverTrpc = ({ token }: { token: string }) =>
  always(request('GET /trpc/profile.me', { token }));

/** Requests a code and signs in with it. In development, the first response has the code. */
export function signIn(phone: () => string): Workload {
  return async (send) => {
    const number = phone();
    const response = await send(request('POST /api/v1/auth/code', { body: { phone: number } }));
    const { devCode } = JSON.parse(response.body);
    await send(request('POST /api/v1/auth/verify', { body: { phone: number, code: devCode } }));
  };
}

/** The same for better-auth. A third request, of negligible cost, reads the code. */
export function signInToBaseline(phone: () => string): Workload {
  return async (send) => {
    const phoneNumber = phone();
    const { body: code } = await requestBaselineCode(send, phoneNumber);
    await send(request('POST /api/auth/phone-number/verify', { body: { phoneNumber, code } }));
  };
}

async function requestBaselineCode(send: Parameters<Workload>[0], phoneNumber: string) {
  await send(request('POST /api/auth/phone-number/send-otp', { body: { phoneNumber } }));
  return send(request(`GET /code/${phoneNumber.slice(1)}`));
}

/** Exchanges each session's newest refresh token for the next. */
export function refresh(users: User[]): Workload {
  const free = users.map(({ refreshToken }) => refreshToken);
  return async (send) => {
    const refreshToken = free.shift();
    const { body } = await send(request('POST /api/v1/auth/refresh', { body: { refreshToken } }));
    free.push(JSON.parse(body).refreshToken);
  };
}

/** Signs in to better-auth and returns the session's token. */
export async function baselineToken(
  send: Parameters<Workload>[0],
  phoneNumber: string,
): Promise<string> {
  const { body: code } = await requestBaselineCode(send, phoneNumber);
  const verify = request('POST /api/auth/phone-number/verify', { body: { phoneNumber, code } });
  return JSON.parse((await send(verify)).body).token;
}

/** Cycles through the users, because each account may search 20 times per hour. */
export function findByEmail(users: User[]): Workload {
  const next = cycle(users);
  return async (send) => {
    const { token, email } = next();
    await send(request('POST /api/v1/referral/find', { token, body: { email } }));
  };
}

/** Signs up a user and, with that user's invite code, `count` referees. */
export async function signUpWithReferees(url: string, count: number): Promise<{ token: string }> {
  const [connection] = (await openAll([url], 1)) as [Connection];
  const send = strict(connection);
  const signUp = async (phone: string, inviteCode?: string) => {
    const response = await send(request('POST /api/v1/auth/code', { body: { phone } }));
    const body = { phone, code: JSON.parse(response.body).devCode, inviteCode };
    return JSON.parse((await send(request('POST /api/v1/auth/verify', { body }))).body);
  };
  const { user, accessToken } = await signUp('+79960000000');
  for (let n = 1; n <= count; n++) await signUp(`+7996${1_000_000 + n}`, user.inviteCode);
  connection.close();
  return { token: accessToken };
}
