import { setTimeout as sleep } from 'node:timers/promises';
import type { Acknowledged } from './acknowledged.ts';

interface Attempt {
  /** Milliseconds of performance.now(). */
  at: number;
  /** Milliseconds */
  duration: number;
  ok: boolean;
  /** `ok`, or the status (0 for a broken connection) and the route. */
  outcome: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the response body is what is under test
type Body = any;

interface Client {
  ip: string;
  token?: string;
}

/** Sends mixed requests from several clients at the same time to any of the instances. */
export function startLoad(urls: string[], clients: number) {
  const acknowledged: Acknowledged = {
    signIns: [],
    activations: [],
    revocations: [],
    deletions: [],
  };
  const attempts: Attempt[] = [];
  const inviteCodes: { code: string; userId: string }[] = [];
  let isStopped = false;
  let lastUser = -1;

  /** Sends one request like a load balancer. A failure of the service is recorded as an attempt. */
  async function call(client: Client, route: string, body?: object): Promise<Body | undefined> {
    const at = performance.now();
    const response = await balance(urls, client, route, body);
    const ok = typeof response === 'object';
    const now = performance.now();
    const outcome = ok ? 'ok' : `${response} ${route}`;
    attempts.push({ at: now, duration: now - at, ok, outcome });
    if (ok) return response;
    // A person pauses before the next attempt.
    await sleep(50);
    return undefined;
  }

  /** Repeats an idempotent request until it succeeds. */
  async function callWithRetry(client: Client, route: string, body: object) {
    for (let attempt = 0; attempt < 200; attempt++) {
      const response = await call(client, route, body);
      if (response) return response;
    }
    return undefined;
  }

  async function activate(client: Client, userId: string): Promise<void> {
    const referrer = inviteCodes[Math.floor(Math.random() * inviteCodes.length)];
    if (!referrer) return;
    const body = { inviteCode: referrer.code };
    const response = await callWithRetry(client, 'POST /referral/activate', body);
    // After a lost response, the retry returns ALREADY_ACTIVATED with the code.
    const inviteCode = response?.status === 200 ? response.inviteCode : response?.data?.inviteCode;
    if (inviteCode)
      acknowledged.activations.push({ userId, referrerId: referrer.userId, inviteCode });
  }

  /** A new user signs in, activates a code, reads, and may delete the account or sign out. */
  async function runUser(): Promise<void> {
    const n = ++lastUser;
    const client: Client = { ip: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` };
    const phone = `+7999${String(1_000_000 + n)}`;
    const sent = await call(client, 'POST /auth/code', { phone });
    if (sent?.status !== 200) return;
    const session = await call(client, 'POST /auth/verify', { phone, code: sent.devCode });
    if (session?.status !== 200) return;
    const { user, accessToken } = session;
    client.token = accessToken;
    const sessionId = JSON.parse(atob(accessToken.split('.')[1])).sid;
    acknowledged.signIns.push({ phone, userId: user.id, sessionId });

    await activate(client, user.id);
    inviteCodes.push({ code: user.inviteCode, userId: user.id });
    for (let reads = 0; reads < 4; reads++) await call(client, 'GET /profile');
    if (n % 5 === 0) {
      const deleted = await call(client, 'DELETE /profile?confirm=true');
      if (deleted?.status === 200) acknowledged.deletions.push({ userId: user.id });
    } else if (n % 3 === 0) {
      const signedOut = await call(client, 'POST /auth/logout', {});
      if (signedOut?.status === 200) acknowledged.revocations.push({ sessionId });
    }
  }

  const running = Promise.all(
    Array.from({ length: clients }, async () => {
      while (!isStopped) await runUser();
    }),
  );
  return {
    acknowledged,
    async stop() {
      isStopped = true;
      await running;
    },
    /** Summarizes the attempts since a time of performance.now(). */
    report: (since: number) => summarize(attempts, since),
  };
}

/** Resolves to the response, or to the status of a failure: 0 if the connection broke. */
async function balance(urls: string[], client: Client, route: string, body?: object) {
  const first = Math.floor(Math.random() * urls.length);
  for (let n = 0; n < urls.length; n++)
    try {
      const response = await send(urls[(first + n) % urls.length] as string, client, route, body);
      const parsed = (await response.json()) as Body;
      return response.status < 500 ? { ...parsed, status: response.status } : response.status;
    } catch (error) {
      // A refused connection carried no request, so another instance may get it.
      const { code } = ((error as Error).cause ?? {}) as { code?: string };
      if (code !== 'ECONNREFUSED') break;
    }
  return 0;
}

function send(url: string, { ip, token }: Client, route: string, body?: object) {
  const [method = '', path = ''] = route.split(' ');
  return fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      'x-forwarded-for': ip,
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
}

function summarize(attempts: Attempt[], since: number) {
  const recent = attempts.filter(({ at }) => at >= since);
  const failed = recent.filter(({ ok }) => !ok);
  const succeededAt = [since, ...recent.filter(({ ok }) => ok).map(({ at }) => at)];
  const gaps = succeededAt.slice(1).map((at, n) => at - (succeededAt[n] as number));
  const failures = Object.fromEntries(
    [...Map.groupBy(failed, ({ outcome }) => outcome)].map(([what, { length }]) => [what, length]),
  );
  return {
    requests: recent.length,
    failed: failed.length,
    /** The longest time in milliseconds without a successful response. */
    outage: Math.round(Math.max(0, ...gaps)),
    slowest: Math.round(Math.max(0, ...recent.map(({ duration }) => duration))),
    failures,
  };
}
