import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COUNTERS, READINGS } from '../../src/observability/metrics.ts';
import { newPhone, openTestApp, type TestApp, testApp } from '../harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app?.close());

test('metrics cover both protocols, codes, activations and the process', async () => {
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

test('METRICS_TOKEN protects /metrics', async () => {
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

test('the Grafana dashboard uses only metrics that exist', async () => {
  const dashboard = readFileSync(
    new URL('../../../../deploy/grafana-dashboard.json', import.meta.url),
    'utf8',
  );
  const known = new Set([
    ...Object.keys({ ...COUNTERS, ...READINGS }),
    'invitree_procedure_duration_seconds_bucket',
  ]);
  const used = dashboard.match(/\binvitree_\w+/g) ?? [];
  expect(used.length).toBeGreaterThan(10);
  expect(used.filter((name) => !known.has(name))).toEqual([]);
});
