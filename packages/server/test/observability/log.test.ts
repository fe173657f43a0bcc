import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../src/observability/log.ts';
import { redactPersonalData, serializeError } from '../../src/observability/redact.ts';
import { openTestApp, type TestApp, testApp } from '../harness.ts';

const serializers = { err: serializeError };

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app?.close());

test('a journey with every kind of failure logs no personal data and no secrets', async () => {
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
  const { body: sent } = await logged.rest('POST /auth/code', { body: { phone } });
  const wrong = sent.devCode === '47114711' ? '47114712' : '47114711';
  await logged.rest('POST /auth/verify', { body: { phone, code: wrong } });
  await logged.trpc('mutation auth.verifyCode', { body: { phone: '8 999 111', code: wrong } });
  const { body: session } = await logged.rest('POST /auth/verify', {
    body: { phone, code: sent.devCode },
  });
  const { accessToken: token, refreshToken } = session;
  await logged.rest('GET /profile', { token });
  await logged.rest('PATCH /profile', { token, body: { displayName: 'Anna Petrova' } });
  await logged.rest('POST /auth/refresh', { body: { refreshToken } });
  await logged.trpc('mutation auth.refresh', { body: { refreshToken } });
  await logged.send('GET', `/api/v1/nowhere/${phone}?code=${wrong}&email=${email}`, { token });
  await logged.send('POST', '/api/v1/auth/code', { body: `{"phone":"${phone}"` });
  // Errors that quote the values they failed on, as those of Prisma and PostgreSQL do.
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
    sent.devCode,
  ])
    expect(all).not.toContain(secret);
  expect(all).toContain('23505');
  const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  expect(requests).toHaveLength(13);
  for (const { reqId, method, route, status, ms } of requests)
    expect([reqId, method, route, status, ms].every((each) => each !== undefined)).toBe(true);
});

test('redaction removes phones and email addresses and nothing else', () => {
  expect(redactPersonalData('of 8 (999) 123-45-67 and anna@example.com')).toBe(
    'of [phone] and [email]',
  );
  const harmless =
    'at file:///app/src/app.ts:123:45, 2026-11-20T12:00:00.000Z, PostgreSQL 15.14, 127.0.0.1:54321';
  expect(redactPersonalData(harmless)).toBe(harmless);
});

test('LOG_FILE is rotated by size, and the oldest files are deleted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'invitree-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const LOG_FILE = join(folder, 'logs', 'invitree.log');
  const { log, close } = await openLog({
    LOG_LEVEL: 'info',
    LOG_FILE,
    LOG_FILE_SIZE: 1,
    LOG_FILE_KEEP: 2,
  });
  try {
    for (let n = 0; n < 50; n++) {
      log.info({ n, filler: 'x'.repeat(100_000) }, 'line');
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    await close();
  }
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
