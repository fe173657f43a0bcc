import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type TestApp } from './harness.ts';

const SECRET = 'relation "users" does not exist, password is hunter2';
const lines: string[] = [];
let app: TestApp;
let broken: TestApp;
beforeAll(async () => {
  app = await openTestApp();
  const fail = async () => {
    throw new Error(SECRET);
  };
  broken = await openTestApp({
    database: { ...app.deps.database, query: fail, transaction: fail },
    deps: { log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }) },
  });
});
afterAll(async () => {
  await broken?.close();
  await app?.close();
});

const json = { 'content-type': 'application/json' };

/** Sends a request and returns its error in one shape for both protocols. */
async function errorOf(
  url: string,
  { method = 'POST', body = '', headers = json as Record<string, string> },
) {
  const response = await app.send(method, url, { ...(body && { body }), headers });
  const error = response.body.error ?? response.body;
  return { status: response.status, reason: error.data?.reason, message: error.message, error };
}

describe.each([
  ['REST', '/api/v1/auth/code'],
  ['tRPC', '/trpc/auth.requestCode'],
])('over %s', (_, url) => {
  test.each([
    ['malformed JSON', { body: '{"phone":' }],
    ['a number for a phone', { body: '{"phone":79991234567}' }],
    ['a missing field', { body: '{}' }],
    ['an array', { body: '[]' }],
    ['a string', { body: '"phone"' }],
    ['no body', {}],
    ['a wrong content type', { body: '<phone/>', headers: { 'content-type': 'text/xml' } }],
    ['a prototype in JSON', { body: '{"__proto__":{"phone":"+79991234567"}}' }],
  ])('%s is INPUT_INVALID', async (_, request) => {
    expect(await errorOf(url, request)).toMatchObject({ status: 400, reason: 'INPUT_INVALID' });
  });

  test('an issue has its path and a message in the requested language', async () => {
    const body = '{"phone":5}';
    const english = await errorOf(url, { body });
    expect(english.error.data.issues).toEqual([
      { path: ['phone'], message: expect.stringContaining('expected string, received number') },
    ]);
    const russian = await errorOf(url, {
      body,
      headers: { ...json, 'accept-language': 'ru-RU,en;q=0.5' },
    });
    expect(russian.message).toBe('Данные заполнены неверно.');
    expect(russian.error.data.issues[0].message).toMatch(/[а-я]/);
  });

  test('a body over 64 KiB is PAYLOAD_TOO_LARGE', async () => {
    const body = JSON.stringify({ phone: 'x'.repeat(70_000) });
    expect(await errorOf(url, { body })).toMatchObject({
      status: 413,
      reason: 'PAYLOAD_TOO_LARGE',
    });
  });

  test('an invalid phone is PHONE_INVALID', async () => {
    expect(await errorOf(url, { body: '{"phone":"123"}' })).toMatchObject({
      status: 400,
      reason: 'PHONE_INVALID',
    });
  });

  test('RATE_LIMITED says when to retry', async () => {
    const body = `{"phone":"+7999555${url.length}00"}`;
    await app.send('POST', url, { body, headers: json });
    const { status, headers, body: error } = await app.send('POST', url, { body, headers: json });
    const { data } = error.error ?? error;
    expect([status, data.reason, data.retryAfter]).toEqual([429, 'RATE_LIMITED', 60]);
    expect(headers['retry-after']).toBe('60');
  });

  test('an unexpected error returns only the request id, and the log has the details', async () => {
    lines.length = 0;
    const { status, body, headers } = await broken.send('POST', url, {
      body: '{"phone":"+79991234567"}',
      headers: json,
    });
    const error = body.error ?? body;
    expect([status, error.data.reason]).toEqual([500, 'INTERNAL']);
    expect(error.data.requestId).toBe(headers['x-request-id']);
    expect(JSON.stringify(body)).not.toMatch(/hunter2|stack|\.ts/);
    const logged = lines.find((line) => line.includes('hunter2'));
    expect(logged).toContain(error.data.requestId);
  });
});

test.each([
  ['GET', '/nowhere'],
  ['GET', '/api/v1/nowhere'],
  ['PUT', '/api/v1/profile'],
  ['GET', '/trpc/no.such'],
  ['GET', '/trpc/constructor'],
])('%s %s is NOT_FOUND', async (method, url) => {
  expect(await errorOf(url, { method, headers: {} })).toMatchObject({
    status: 404,
    reason: 'NOT_FOUND',
  });
});

test('a URL that cannot be decoded is INPUT_INVALID', async () => {
  expect(await errorOf('/api/v1/users/%zz', { method: 'GET', headers: {} })).toMatchObject({
    status: 400,
    reason: 'INPUT_INVALID',
  });
});

test('a failed call does not fail the rest of its batch', async () => {
  const { accessToken: token } = await app.signIn();
  const input = encodeURIComponent(JSON.stringify({ 1: { code: 5 } }));
  const { body } = await app.send(
    'GET',
    `/trpc/profile.me,referral.checkCode?batch=1&input=${input}`,
    { token },
  );
  expect(body[0].result.data.id).toBeTruthy();
  expect(body[1].error.data.reason).toBe('INPUT_INVALID');
});
