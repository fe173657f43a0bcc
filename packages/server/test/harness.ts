import { readFile } from 'node:fs/promises';
import { Client, Pool } from 'pg';
import { pino } from 'pino';
import { inject, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.ts';
import { deriveSecrets } from '../src/core/secrets.ts';
import { openPglite } from '../src/database/pglite.ts';
import { createDatabase } from '../src/database/pool.ts';
import type { Database } from '../src/database/port.ts';
import type { Deps } from '../src/deps.ts';
import { buildApp } from '../src/http/app.ts';
import { createGuessingAlarm } from '../src/observability/guessing-alarm.ts';
import { createMetrics } from '../src/observability/prometheus.ts';
import { localBroadcast } from '../src/redis/broadcast.ts';
import { memoryRateLimiter } from '../src/redis/rate-limiter.ts';
import { memoryTally } from '../src/redis/tally.ts';
import { createInviteCodeCache } from '../src/referral/invite-code-cache.ts';
import { createAccessTokens } from '../src/sessions/access-tokens.ts';
import type { OutgoingSms } from '../src/sms/port.ts';

/** A migrated, empty database: embedded, or on the PostgreSQL server at TEST_DATABASE_URL. */
export async function openTestDatabase(): Promise<Database & { url?: string }> {
  const template = inject('template');
  if ('file' in template) {
    const { pool, close } = await openPglite(undefined, new Blob([await readFile(template.file)]));
    return createDatabase(pool, 'embedded', close);
  }
  const name = `${template.database}_${Math.random().toString(36).slice(2, 10)}`;
  await using opened = new AsyncDisposableStack();
  const admin = new Client({ connectionString: template.url });
  opened.defer(() => admin.end());
  await admin.connect();
  await admin.query(`create database ${name} template ${template.database}`);
  // Without `force`, PostgreSQL waits for connections that are still closing.
  opened.defer(async () => void (await admin.query(`drop database ${name}`)));
  const url = new URL(template.url);
  url.pathname = `/${name}`;
  const pool = new Pool({ connectionString: url.href, max: 20 });
  opened.defer(() => pool.end());
  const kept = opened.move();
  return { ...createDatabase(pool, 'PostgreSQL', () => kept.disposeAsync()), url: url.href };
}

export const APP_SECRET = 'tests-only-Zt4vX0qJ8mWc2LhR6yBn1PdK9sFg3TuE';

/** What production requires. Fetching 127.0.0.1 from a process in production works. */
export const PRODUCTION = { NODE_ENV: 'production', PUBLIC_URL: 'http://127.0.0.1', APP_SECRET };

export interface TestOptions {
  /** Settings, added to those of every test. */
  env?: Record<string, string>;
  /** Shared by several apps, like instances of one service. The caller closes it. */
  database?: Database;
  deps?: Partial<Deps>;
}

export type TestApp = Awaited<ReturnType<typeof openTestApp>>;

/**
 * Builds the app in this process, with a clock to move and an outbox to read.
 * Close it in afterAll, or use `testApp` inside a test.
 */
export async function openTestApp({ env = {}, deps: given, ...options }: TestOptions = {}) {
  const config = readConfig({
    APP_SECRET,
    LOG_LEVEL: 'silent',
    // Requests must not be rejected because the machine is busy.
    MAX_EVENT_LOOP_DELAY: '0',
    ...(env['NODE_ENV'] === 'production' && PRODUCTION),
    ...env,
  });
  await using stack = new AsyncDisposableStack();
  const clock = { now: Date.now() };
  const outbox: OutgoingSms[] = [];
  const secrets = deriveSecrets(config.APP_SECRET);
  const opened = options.database ?? (await openTestDatabase());
  if (!options.database) stack.defer(() => opened.close());
  const shared = {
    limiter: memoryRateLimiter(),
    metrics: createMetrics(),
    clock: () => clock.now,
    log: pino({ level: config.LOG_LEVEL }),
    ...given,
  };
  const deps: Deps = {
    config,
    database: opened,
    replica: opened,
    inviteCodeCache: await createInviteCodeCache(opened, localBroadcast()),
    tally: memoryTally(),
    sms: { isFull: false, deliver: (message) => void outbox.push(message), close: async () => {} },
    guessingAlarm: createGuessingAlarm(shared),
    secrets,
    accessTokens: await createAccessTokens({
      keys: secrets.signing,
      ttl: config.ACCESS_TOKEN_TTL,
      clock: () => clock.now,
    }),
    ...shared,
  };
  stack.defer(() => deps.limiter.close());
  const app = await buildApp(deps);
  stack.defer(() => app.close());
  const call = caller(app, config.PUBLIC_URL);
  const kept = stack.move();

  return {
    app,
    deps,
    outbox,
    ...call,
    /** Moves the clock; negative seconds move it back. */
    advanceClock(seconds: number) {
      clock.now += seconds * 1000;
    },
    /** Requests a code and signs in with it. `more` is added to the input of `auth.verifyCode`. */
    async signIn(phone = newPhone(), more: object = {}) {
      const { body: sent } = await call.rest('POST /auth/code', { body: { phone } });
      const { status, body } = await call.rest('POST /auth/verify', {
        body: { phone, code: sent.devCode, ...more },
      });
      if (status !== 200) throw new Error(`Sign-in failed: ${JSON.stringify({ sent, body })}`);
      return body as SignedIn;
    },
    close: () => kept.disposeAsync(),
  };
}

export interface SignedIn {
  accessToken: string;
  refreshToken: string;
  isNewUser: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the response body is what is under test
  user: any;
}

/** An app that is closed when the current test finishes. */
export async function testApp(options?: TestOptions): Promise<TestApp> {
  const opened = await openTestApp(options);
  onTestFinished(() => opened.close());
  return opened;
}

let lastPhone = 1_000_000;

/** A valid phone number, unique within a test file. */
export function newPhone(): string {
  lastPhone += 1;
  return `+7999${lastPhone}`;
}

interface TestRequest {
  body?: unknown;
  token?: string | undefined;
  headers?: Record<string, string>;
}

interface TestResponse {
  status: number;
  headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: the response body is what is under test
  body: any;
}

function caller(app: Awaited<ReturnType<typeof buildApp>>, publicUrl?: string) {
  async function send(
    method: string,
    url: string,
    { body, token, headers }: TestRequest,
  ): Promise<TestResponse> {
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(publicUrl && { host: new URL(publicUrl).host }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && {
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });
    const isJson = String(response.headers['content-type']).includes('json');
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson ? JSON.parse(response.payload) : response.payload,
    };
  }
  return {
    /** Calls a path under /api/v1: `rest('POST /auth/code', { body })`. */
    rest(route: string, request: TestRequest = {}) {
      const [method = '', path = ''] = route.split(' ');
      return send(method, `/api/v1${path}`, request);
    },
    /** Calls `trpc('query profile.me')`. The response body is the result's data, or the error. */
    async trpc(procedure: string, { body: input, ...request }: TestRequest = {}) {
      const [type, path] = procedure.split(' ');
      const isQuery = type === 'query';
      const query =
        isQuery && input !== undefined ? `?input=${encodeURIComponent(JSON.stringify(input))}` : '';
      const response = isQuery
        ? await send('GET', `/trpc/${path}${query}`, request)
        : await send('POST', `/trpc/${path}`, { ...request, body: input ?? {} });
      const { result, error } = response.body;
      return { ...response, body: result ? result.data : error };
    },
    send,
  };
}
