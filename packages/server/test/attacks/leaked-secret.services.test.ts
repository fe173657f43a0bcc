import { createHash, createHmac, randomBytes } from 'node:crypto';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deriveSecrets } from '../../src/core/secrets.ts';
import type { LaunchedServer } from '../launch.ts';
import { stopServices } from '../services/cleanup.ts';
import { startInstance } from '../services/instance.ts';
import { newPhone, startProduction } from './production.ts';

const LEAKED = randomBytes(32).toString('hex');
const NEXT = randomBytes(32).toString('hex');

let service: Awaited<ReturnType<typeof startProduction>>;
beforeAll(async () => {
  service = await startProduction({ APP_SECRET: LEAKED, CODE_RESEND_AFTER: '0' });
});
afterAll(stopServices, 60_000);

const call = async (
  { url }: LaunchedServer,
  path: string,
  { body, headers }: { body?: object; headers?: Record<string, string> } = {},
) => {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      'x-forwarded-for': '198.51.100.1',
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the response body is what is under test
  const json = (await response.json()) as any;
  const [cookie = ''] = response.headers.getSetCookie();
  return {
    status: response.status,
    body: json,
    reason: json.data?.reason,
    cookie: cookie.split(';')[0] ?? '',
  };
};

/** Signs in by phone at the first instance. */
async function signIn(more: object = {}) {
  const [server] = service.servers;
  const phone = newPhone();
  const { body: sent } = await call(server, '/auth/code', { body: { phone } });
  const { challenge } = sent;
  const body = { phone, challenge, code: service.code, ...more };
  return call(server, '/auth/verify', { body });
}

const refresh = (server: LaunchedServer, refreshToken: string) =>
  call(server, '/auth/refresh', { body: { refreshToken } });

test('an old refresh token and APP_SECRET do not give the live token', async () => {
  const [server] = service.servers;
  const { body: session } = await signIn();
  const { body: renewed } = await refresh(server, session.refreshToken);
  const { body: current } = await refresh(server, renewed.refreshToken);
  const secrets = deriveSecrets([LEAKED]);
  for (const [key] of [secrets.refreshToken, secrets.refreshTokenHash])
    for (const old of [session.refreshToken, renewed.refreshToken]) {
      const derived = createHmac('sha256', key as Buffer)
        .update(old)
        .digest('base64url');
      expect(derived).not.toBe(current.refreshToken);
      expect((await refresh(server, derived)).reason).toBe('TOKEN_INVALID');
    }
  expect((await refresh(server, current.refreshToken)).status).toBe(200);
});

test('the database alone does not show whether a token is live', async () => {
  const { body: session } = await signIn();
  const unkeyed = createHash('sha256').update(session.refreshToken).digest();
  const [known] = await service.database.query<{ known: boolean }>(
    sql`select exists (select from refresh_tokens where hash = ${unkeyed}) as known`,
  );
  expect(known).toEqual({ known: false });
});

test('a token that an earlier version stored works until it rotates', async () => {
  const [server] = service.servers;
  const { body: session } = await signIn();
  const unkeyed = createHash('sha256').update(session.refreshToken).digest();
  const keyed = createHmac('sha256', deriveSecrets([LEAKED]).refreshTokenHash[0] as Buffer)
    .update(session.refreshToken)
    .digest();
  const changed = await service.database.query(
    sql`update refresh_tokens set hash = ${unkeyed} where hash = ${keyed} returning hash`,
  );
  expect(changed).toHaveLength(1);
  const { body: renewed } = await refresh(server, session.refreshToken);
  expect((await refresh(server, renewed.refreshToken)).status).toBe(200);
  // It was used before the last refresh.
  expect((await refresh(server, session.refreshToken)).reason).toBe('REFRESH_REUSED');
});

test('with the old secret second everything lives; without it nothing does, and nothing crashes', async () => {
  const bearer = (await signIn()).body;
  const renewable = (await signIn()).body;
  const { cookie } = await signIn({ transport: 'cookie' });
  const phones = [newPhone(), newPhone()] as const;
  const challenges = await Promise.all(
    phones.map(
      async (phone) =>
        (await call(service.servers[0], '/auth/code', { body: { phone } })).body.challenge,
    ),
  );
  const proof = (n: 0 | 1) => ({
    body: { phone: phones[n], code: service.code, challenge: challenges[n] },
  });
  const profile = (server: LaunchedServer, headers: Record<string, string>) =>
    call(server, '/profile', { headers });
  const token = { authorization: `Bearer ${bearer.accessToken}` };

  const both = await startInstance({ ...service.settings, APP_SECRET: `${NEXT},${LEAKED}` });
  expect((await profile(both, token)).status).toBe(200);
  expect((await profile(both, { cookie })).status).toBe(200);
  expect((await call(both, '/auth/verify', proof(0))).status).toBe(200);
  const { body: renewed, status } = await refresh(both, renewable.refreshToken);
  expect(status).toBe(200);

  const next = await startInstance({ ...service.settings, APP_SECRET: NEXT });
  expect((await profile(next, token)).reason).toBe('TOKEN_INVALID');
  expect((await profile(next, { cookie })).reason).toBe('TOKEN_INVALID');
  expect((await refresh(next, bearer.refreshToken)).reason).toBe('TOKEN_INVALID');
  expect((await call(next, '/auth/verify', proof(1))).reason).toBe('CODE_WRONG');
  // What was renewed with the new secret stays.
  expect((await refresh(next, renewed.refreshToken)).status).toBe(200);
  const renewedToken = { authorization: `Bearer ${renewed.accessToken}` };
  expect((await profile(next, renewedToken)).status).toBe(200);
  expect(next.output()).not.toMatch(/"level":(50|60)/);
}, 120_000);

test('an admin ends every session, whatever its transport, on every instance', async () => {
  const phone = newPhone();
  const admin = await startInstance({
    ...service.settings,
    ADMIN_PHONES: phone,
    TEST_PHONES: '',
    SMS_SENDER: 'console',
    NODE_ENV: 'development',
    CODE_LENGTH: '6',
  });
  const bearer = (await signIn()).body;
  const { cookie } = await signIn({ transport: 'cookie' });
  const { body: sent } = await call(admin, '/auth/code', { body: { phone } });
  const { body: session } = await call(admin, '/auth/verify', {
    body: { phone, code: sent.devCode, challenge: sent.challenge },
  });
  const token = { authorization: `Bearer ${session.accessToken}` };
  const ended = await call(admin, '/admin/sessions/end-all', { body: {}, headers: token });
  expect([ended.status, ended.body.revoked >= 3]).toEqual([200, true]);
  for (const server of service.servers) {
    expect((await refresh(server, bearer.refreshToken)).reason).toBe('TOKEN_INVALID');
    const { reason } = await call(server, '/profile', { headers: { cookie } });
    expect(reason).toBe('TOKEN_INVALID');
  }
  expect((await call(admin, '/profile', { headers: token })).reason).toBe('TOKEN_INVALID');
}, 120_000);
