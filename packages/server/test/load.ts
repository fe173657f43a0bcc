import { setTimeout as sleep } from 'node:timers/promises';

/** What the service said was done: it must be there, exactly once, whatever is killed meanwhile. */
export interface Acknowledged {
  signIns: { phone: string; userId: string; sessionId: string }[];
  activations: { userId: string; referrerId: string; inviteCode: string }[];
  revocations: { sessionId: string }[];
  deletions: { userId: string }[];
}

interface Attempt {
  at: number;
  /** Milliseconds */
  took: number;
  ok: boolean;
  what: string;
}

// biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what is under test
type Body = any;

interface Client {
  ip: string;
  token?: string;
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

/** Mixed requests from several clients at once to any of the instances, until it is stopped. */
export function startLoad(urls: string[], clients: number) {
  const acknowledged: Acknowledged = {
    signIns: [],
    activations: [],
    revocations: [],
    deletions: [],
  };
  const attempts: Attempt[] = [];
  const inviteCodes: { code: string; userId: string }[] = [];
  let stopped = false;
  let people = 0;

  /** One request as a balancer passes it on; a failure of ours is counted and gives undefined. */
  async function call(client: Client, route: string, body?: object): Promise<Body | undefined> {
    const began = performance.now();
    const first = Math.floor(Math.random() * urls.length);
    let status = 0;
    for (let n = 0; n < urls.length; n++) {
      const url = urls[(first + n) % urls.length] as string;
      try {
        const answer = await send(url, client, route, body);
        status = answer.status;
        const parsed = (await answer.json()) as object;
        if (status < 500) return answered({ ...parsed, status });
      } catch (error) {
        status = 0;
        // Nobody has seen it yet, so another may have it.
        const { code } = ((error as Error).cause ?? {}) as { code?: string };
        if (code === 'ECONNREFUSED') continue;
      }
      break;
    }
    note(`${status} ${route}`);
    // A person does not hammer at what just failed.
    await sleep(50);
    return undefined;

    function answered(answer: Body) {
      note('ok');
      return answer;
    }

    function note(what: string) {
      const at = performance.now();
      attempts.push({ at, took: at - began, ok: what === 'ok', what });
    }
  }

  /** Until there is an answer: for what may be repeated. */
  async function insist(client: Client, route: string, body?: object): Promise<Body | undefined> {
    for (let tries = 0; tries < 200; tries++) {
      const answer = await call(client, route, body);
      if (answer) return answer;
    }
    return undefined;
  }

  async function person(): Promise<void> {
    const n = people++;
    const client: Client = { ip: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` };
    const phone = `+7999${String(1_000_000 + n)}`;
    const asked = await call(client, 'POST /auth/code', { phone });
    if (asked?.status !== 200) return;
    const session = await call(client, 'POST /auth/verify', { phone, code: asked.devCode });
    if (session?.status !== 200) return;
    const { user, accessToken } = session;
    client.token = accessToken;
    const sessionId = JSON.parse(atob(accessToken.split('.')[1])).sid;
    acknowledged.signIns.push({ phone, userId: user.id, sessionId });

    const referrer = inviteCodes[Math.floor(Math.random() * inviteCodes.length)];
    inviteCodes.push({ code: user.inviteCode, userId: user.id });
    if (referrer) {
      const answer = await insist(client, 'POST /referral/activate', { inviteCode: referrer.code });
      const inForce = answer?.status === 200 ? answer.inviteCode : answer?.data?.inviteCode;
      if (inForce)
        acknowledged.activations.push({
          userId: user.id,
          referrerId: referrer.userId,
          inviteCode: inForce,
        });
    }
    for (let reads = 0; reads < 4; reads++) await call(client, 'GET /profile');
    if (n % 5 === 0) {
      const gone = await call(client, 'DELETE /profile?confirm=true');
      if (gone?.status === 200) acknowledged.deletions.push({ userId: user.id });
    } else if (n % 3 === 0) {
      const out = await call(client, 'POST /auth/logout', {});
      if (out?.status === 200) acknowledged.revocations.push({ sessionId });
    }
  }

  const running = Promise.all(
    Array.from({ length: clients }, async () => {
      while (!stopped) await person();
    }),
  );
  return {
    acknowledged,
    async stop() {
      stopped = true;
      await running;
    },
    /** How it went since a moment (of performance.now). */
    report(since: number) {
      const during = attempts.filter(({ at }) => at >= since);
      const failed = during.filter(({ ok }) => !ok);
      const answered = [since, ...during.filter(({ ok }) => ok).map(({ at }) => at)];
      const gaps = answered.slice(1).map((at, n) => at - (answered[n] as number));
      const failures = Object.fromEntries(
        [...Map.groupBy(failed, ({ what }) => what)].map(([what, { length }]) => [what, length]),
      );
      return {
        requests: during.length,
        failed: failed.length,
        /** Milliseconds in which nobody got an answer. */
        outage: Math.round(Math.max(0, ...gaps)),
        slowest: Math.round(Math.max(0, ...during.map(({ took }) => took))),
        failures,
      };
    },
  };
}
