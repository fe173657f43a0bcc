import { readFile } from 'node:fs/promises';
import { Client, Pool } from 'pg';
import { pino } from 'pino';
import { inject, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.ts';
import { deriveSecrets } from '../src/core/secrets.ts';
import { openEmbedded } from '../src/database/pglite.ts';
import { database } from '../src/database/pool.ts';
import type { Database } from '../src/database/port.ts';
import type { Deps } from '../src/deps.ts';
import { buildApp } from '../src/http/app.ts';
import { createMetrics } from '../src/observability/prometheus.ts';
import { localBroadcast } from '../src/redis/broadcast.ts';
import { memoryRateLimiter } from '../src/redis/rate-limiter.ts';
import { memoryTally } from '../src/redis/tally.ts';
import { createInviteCodeCache } from '../src/referral/invite-code-cache.ts';
import { createAccessTokens } from '../src/sessions/access-tokens.ts';
import type { SmsToDeliver } from '../src/sms/port.ts';

/** A migrated, empty database: embedded, or on the PostgreSQL at TEST_DATABASE_URL. */
export async function openTestDatabase(): Promise<Database & { url?: string }> {
  const template = inject('template');
  if ('file' in template) {
    const { pool, close } = await openEmbedded(
      undefined,
      new Blob([await readFile(template.file)]),
    );
    return database(pool, 'embedded', close);
  }
  const name = `${template.database}_${Math.random().toString(36).slice(2, 10)}`;
  const admin = new Client({ connectionString: template.url });
  await admin.connect();
  await admin.query(`create database ${name} template ${template.database}`);
  const url = new URL(template.url);
  url.pathname = `/${name}`;
  const pool = new Pool({ connectionString: url.href, max: 20 });
  const opened = database(pool, 'PostgreSQL', async () => {
    await pool.end();
    // Not by force: PostgreSQL waits for the connections that are just closing.
    await admin.query(`drop database ${name}`);
    await admin.end();
  });
  return { ...opened, url: url.href };
}

export interface TestOptions {
  /** Settings beyond the tests' own. */
  env?: Record<string, string>;
  /** To share one among several apps, as several instances do; the caller closes it. */
  database?: Database;
  deps?: Partial<Deps>;
}

export type TestApp = Awaited<ReturnType<typeof openTestApp>>;

/** The built app in process, with a clock to set and an outbox to read. Close it in afterAll. */
export async function openTestApp({ env = {}, deps: given, ...options }: TestOptions = {}) {
  const config = readConfig({
    APP_SECRET: 'tests-only-'.repeat(4),
    LOG_LEVEL: 'silent',
    // A busy machine is no failure of what is under test.
    MAX_EVENT_LOOP_DELAY: '0',
    ...env,
  });
  const clock = { now: Date.now() };
  const outbox: SmsToDeliver[] = [];
  const secrets = deriveSecrets(config.APP_SECRET);
  const opened = options.database ?? (await openTestDatabase());
  const deps: Deps = {
    config,
    database: opened,
    replica: opened,
    limiter: memoryRateLimiter(),
    inviteCodeCache: await createInviteCodeCache(opened, localBroadcast()),
    tally: memoryTally(),
    sms: { full: false, deliver: (message) => void outbox.push(message), close: async () => {} },
    metrics: createMetrics(),
    clock: () => clock.now,
    secrets,
    accessTokens: await createAccessTokens({
      keys: secrets.signing,
      ttl: config.ACCESS_TOKEN_TTL,
      clock: () => clock.now,
    }),
    log: pino({ level: config.LOG_LEVEL }),
    ...given,
  };
  const app = await buildApp(deps);
  const call = caller(app);

  return {
    app,
    deps,
    outbox,
    ...call,
    /** Moves the clock on by so many seconds. */
    wait(seconds: number) {
      clock.now += seconds * 1000;
    },
    /** Asks for a code, signs in with it, and returns the Session. */
    async signIn(phone = newPhone(), more: object = {}) {
      const { body: asked } = await call.rest('POST /auth/code', { body: { phone } });
      const { status, body } = await call.rest('POST /auth/verify', {
        body: { phone, code: asked.devCode, ...more },
      });
      if (status !== 200) throw new Error(`Sign-in failed: ${JSON.stringify({ asked, body })}`);
      return body as SignedIn;
    },
    async close() {
      await app.close();
      await deps.limiter.close();
      if (!options.database) await opened.close();
    },
  };
}

export interface SignedIn {
  accessToken: string;
  refreshToken: string;
  isNewUser: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what is under test
  user: any;
}

/** Closes with the test that opened it. */
export async function testApp(options?: TestOptions): Promise<TestApp> {
  const opened = await openTestApp(options);
  onTestFinished(() => opened.close());
  return opened;
}

let phones = 0;

/** A valid phone that no other call of this file gave. */
export function newPhone(): string {
  phones += 1;
  return `+7999${String(1_000_000 + phones)}`;
}

interface Call {
  body?: unknown;
  token?: string | undefined;
  headers?: Record<string, string>;
}

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what is under test
  body: any;
}

function caller(app: Awaited<ReturnType<typeof buildApp>>) {
  async function send(
    method: string,
    url: string,
    { body, token, headers }: Call,
  ): Promise<Answer> {
    const {
      statusCode,
      headers: answered,
      payload,
    } = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && {
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });
    let parsed: unknown = payload;
    if (String(answered['content-type']).includes('json')) parsed = JSON.parse(payload);
    return { status: statusCode, headers: answered, body: parsed };
  }
  return {
    /** `rest('POST /auth/code', { body })`; a full path from `/` is under /api/v1. */
    rest(route: string, call: Call = {}) {
      const [method = '', path = ''] = route.split(' ');
      return send(method, `/api/v1${path}`, call);
    },
    /** The same over tRPC: `trpc('query profile.me')`. The body is the result's data, or the error. */
    async trpc(procedure: string, { body: input, ...call }: Call = {}) {
      const [type, path] = procedure.split(' ');
      const query = type === 'query' && input !== undefined;
      const url = `/trpc/${path}${query ? `?input=${encodeURIComponent(JSON.stringify(input))}` : ''}`;
      const answer =
        type === 'query'
          ? await send('GET', url, call)
          : await send('POST', url, { ...call, body: input ?? {} });
      const { result, error } = answer.body;
      return { ...answer, body: result ? result.data : error };
    },
    send,
  };
}
