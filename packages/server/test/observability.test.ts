import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openLog } from '../src/observability/log.ts';
import { COUNTERS, READINGS } from '../src/observability/metrics.ts';
import { describeError, withoutPersonal } from '../src/observability/redact.ts';
import { openTracing, traced } from '../src/observability/tracing.ts';
import { newPhone, openTestApp, type TestApp, testApp } from './harness.ts';

const serializers = { err: describeError };

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

test('nothing that was logged in a whole journey, with every kind of failure, names a person or a secret', async () => {
  const lines: string[] = [];
  const log = pino(
    { level: 'trace', serializers },
    { write: (line: string) => void lines.push(line) },
  );
  const logged = await testApp({
    env: { CODE_LENGTH: '8' },
    database: app.deps.database,
    deps: { log },
  });
  const phone = '+79991112233';
  const email = 'anna.petrova@example.com';
  const { body: asked } = await logged.rest('POST /auth/code', { body: { phone } });
  const wrong = asked.devCode === '47114711' ? '47114712' : '47114711';
  await logged.rest('POST /auth/verify', { body: { phone, code: wrong } });
  await logged.trpc('mutation auth.verifyCode', { body: { phone: '8 999 111', code: wrong } });
  const { body: session } = await logged.rest('POST /auth/verify', {
    body: { phone, code: asked.devCode },
  });
  const { accessToken: token, refreshToken } = session;
  await logged.rest('GET /profile', { token });
  await logged.rest('PATCH /profile', { token, body: { displayName: 'Anna Petrova' } });
  await logged.rest('POST /auth/refresh', { body: { refreshToken } });
  await logged.trpc('mutation auth.refresh', { body: { refreshToken } });
  await logged.send('GET', `/api/v1/nowhere/${phone}?code=${wrong}&email=${email}`, { token });
  await logged.send('POST', '/api/v1/auth/code', { body: `{"phone":"${phone}"` });
  // Faults whose texts quote what they failed on, as Prisma's and PostgreSQL's do.
  const fail = async () => {
    const cause = Object.assign(new Error(`Key (phone)=(${phone}) already exists, ${email}`), {
      code: '23505',
      detail: `Failing row contains (${phone}, Anna Petrova)`,
    });
    throw new Error(`Invalid invocation: { token: "${token}", hash: "${refreshToken}" }`, {
      cause,
    });
  };
  const broken = await testApp({
    database: { ...app.deps.database, query: fail, transaction: fail },
    deps: { log },
  });
  await broken.rest('GET /profile', { token });
  await broken.trpc('mutation auth.requestCode', { body: { phone } });
  await broken.rest('POST /auth/refresh', { body: { refreshToken } });

  const all = lines.join('');
  for (const secret of [
    phone.slice(1),
    '999 111',
    email,
    token,
    refreshToken,
    'Petrova',
    wrong,
    asked.devCode,
  ])
    expect(all).not.toContain(secret);
  expect(all).toContain('23505');
  const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  expect(requests).toHaveLength(13);
  for (const { reqId, method, route, status, ms } of requests)
    expect([reqId, method, route, status, ms].every((each) => each !== undefined)).toBe(true);
});

test('texts lose what is personal and keep what is not', () => {
  expect(withoutPersonal('of 8 (999) 123-45-67 and anna@example.com')).toBe(
    'of [phone] and [email]',
  );
  const harmless =
    'at file:///app/src/app.ts:123:45, 2026-11-20T12:00:00.000Z, PostgreSQL 15.14, 127.0.0.1:54321';
  expect(withoutPersonal(harmless)).toBe(harmless);
});

test('LOG_FILE is the newest file; it is rotated by size and the oldest go', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'invitree-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const LOG_FILE = join(folder, 'logs', 'invitree.log');
  const { log, close } = await openLog({
    LOG_LEVEL: 'info',
    LOG_FILE,
    LOG_FILE_SIZE: 1,
    LOG_FILE_KEEP: 2,
  });
  for (let n = 0; n < 50; n++) {
    log.info({ n, filler: 'x'.repeat(100_000) }, 'line');
    await new Promise((resolve) => setImmediate(resolve));
  }
  await close();
  expect(
    readdirSync(join(folder, 'logs'))
      .filter((name) => !name.startsWith('.'))
      .sort(),
  ).toEqual(['invitree.log', 'invitree.log.1', 'invitree.log.2']);
  const last = readFileSync(LOG_FILE, 'utf8') || readFileSync(`${LOG_FILE}.1`, 'utf8');
  expect(JSON.parse(last.trim().split('\n').at(-1) ?? '')).toMatchObject({ n: 49 });
  await expect(
    openLog({ LOG_LEVEL: 'info', LOG_FILE: folder, LOG_FILE_SIZE: 1, LOG_FILE_KEEP: 1 }),
  ).rejects.toThrow(/LOG_FILE .* cannot be written/);
});

test('metrics tell of both protocols, codes, activations and the process', async () => {
  const measured = await testApp({ database: app.deps.database });
  const referrer = await measured.signIn();
  await measured.signIn(newPhone(), { inviteCode: referrer.user.inviteCode });
  const { accessToken: token } = await measured.signIn();
  const inviteCode = referrer.user.inviteCode;
  await measured.trpc('mutation referral.activate', { token, body: { inviteCode } });
  await measured.trpc('mutation referral.activate', { token, body: { inviteCode } });
  await measured.rest('GET /profile', {});
  const { body, headers } = await measured.send('GET', '/metrics', {});
  expect(headers['content-type']).toContain('text/plain');
  for (const line of [
    'invitree_procedures_total{procedure="auth.verifyCode",protocol="rest",reason="OK"} 3',
    'invitree_procedures_total{procedure="referral.activate",protocol="trpc",reason="OK"} 1',
    'invitree_procedures_total{procedure="referral.activate",protocol="trpc",reason="ALREADY_ACTIVATED"} 1',
    'invitree_procedures_total{procedure="profile.me",protocol="rest",reason="TOKEN_MISSING"} 1',
    'invitree_procedure_duration_seconds_count{procedure="auth.requestCode",protocol="rest"} 3',
    'invitree_http_requests_total{method="GET",route="/api/v1/profile",status="401"} 1',
    'invitree_activations_total{at="signed_in"} 1',
    'invitree_activations_total{at="sign_up"} 1',
    'invitree_codes_total{event="verified",country="RU"} 3',
  ])
    expect(body).toContain(line);
  expect(body).toMatch(/nodejs_eventloop_lag_p99_seconds [\d.]+/);
});

test('/metrics is closed by a token', async () => {
  const closed = await testApp({
    database: app.deps.database,
    env: { METRICS_TOKEN: 'only-prometheus-knows' },
  });
  expect((await closed.send('GET', '/metrics', {})).status).toBe(401);
  expect((await closed.send('GET', '/metrics', { token: 'somebody-else' })).status).toBe(401);
  expect((await closed.send('GET', '/metrics', { token: 'only-prometheus-knows' })).status).toBe(
    200,
  );
});

test('traces: a request, its procedure and its statements, under the caller’s own trace', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what is under test
  const spans: any[] = [];
  const collector = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    for (const { scopeSpans } of JSON.parse(body).resourceSpans)
      for (const scope of scopeSpans) spans.push(...scope.spans);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as { port: number };
  const tracing = await openTracing({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_SERVICE_NAME: 'invitree',
  });
  if (!tracing) throw new Error('no tracing');
  const seen = await testApp({
    database: traced(app.deps.database, tracing),
    deps: { tracing },
  });
  const trace = '0af7651916cd43dd8448eb211c80319c';
  await seen.rest('POST /auth/code', {
    body: { phone: '+79994445566' },
    headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` },
  });
  await tracing.close();
  collector.close();
  const [request] = spans.filter(({ name }) => name === 'POST /api/v1/auth/code');
  const [procedure] = spans.filter(({ name }) => name === 'auth.requestCode');
  const [query] = spans.filter(({ name }) => name === 'query');
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([trace]));
  expect(request.parentSpanId).toBe('b7ad6b7169203331');
  expect(procedure.parentSpanId).toBe(request.spanId);
  expect(query.parentSpanId).toBe(procedure.spanId);
  expect(JSON.stringify(spans)).not.toContain('9994445566');
});

test('without an endpoint there is no tracing at all', async () => {
  expect(
    await openTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: undefined, OTEL_SERVICE_NAME: 'invitree' }),
  ).toBeUndefined();
});

test('the dashboard asks for no figure that does not exist', async () => {
  const dashboard = readFileSync(
    new URL('../../../deploy/grafana-dashboard.json', import.meta.url),
    'utf8',
  );
  const known = new Set([
    ...Object.keys({ ...COUNTERS, ...READINGS }),
    'invitree_procedure_duration_seconds_bucket',
  ]);
  const asked = dashboard.match(/\binvitree_\w+/g) ?? [];
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});
