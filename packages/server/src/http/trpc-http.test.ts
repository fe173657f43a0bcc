import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type SignedIn, type TestApp } from '../../test/harness.ts';

let app: TestApp;
let anna: SignedIn;
beforeAll(async () => {
  app = await openTestApp({ env: { RATE_LIMIT_EXEMPT: '' } });
  anna = await app.signIn();
});
afterAll(() => app.close());

const json = { 'content-type': 'application/json' };
const input = (value: unknown) => `input=${encodeURIComponent(JSON.stringify(value))}`;
const token = () => ({ authorization: `Bearer ${anna.accessToken}` });
const BAD = { authorization: 'Bearer nonsense' };

/** A response without what differs between two responses to the same request. */
function comparable({ status, headers, body }: Awaited<ReturnType<TestApp['send']>>) {
  const { date, 'x-request-id': id, 'content-length': _, ...rest } = headers;
  // The rate limit counts both requests, and the adapter sends chunked responses.
  const { 'transfer-encoding': __, ratelimit: ___, connection: ____, ...kept } = rest;
  const text = JSON.stringify(body).replaceAll(String(id), 'ID');
  const times = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
  return { status, headers: kept, body: JSON.parse(text.replaceAll(times, 'TIME')) };
}

describe('responds like tRPC’s own adapter to', () => {
  // An extra parameter, which tRPC ignores, routes the call to the adapter.
  const both = async (method: string, url: string, call: Parameters<TestApp['send']>[2]) => {
    const separator = url.includes('?') ? '&' : '?';
    return [
      await app.send(method, url, call),
      await app.send(method, `${url}${separator}extra=1`, call),
    ] as const;
  };

  test.each([
    ['a query', 'GET', '/trpc/profile.me', token, 200],
    ['a query without a token', 'GET', '/trpc/profile.me', undefined, 401],
    ['a query with a bad token', 'GET', '/trpc/profile.me', () => BAD, 401],
    [
      'a query with input',
      'GET',
      `/trpc/referral.checkCode?${input({ code: 'X' })}`,
      undefined,
      200,
    ],
    [
      'input of the wrong type',
      'GET',
      `/trpc/referral.checkCode?${input({ code: 1 })}`,
      undefined,
      400,
    ],
    ['null as input', 'GET', `/trpc/referral.checkCode?${input(null)}`, undefined, 400],
    ['missing input', 'GET', '/trpc/referral.checkCode', undefined, 400],
    ['empty input', 'GET', '/trpc/referral.checkCode?input=', undefined, 400],
    ['input that is not JSON', 'GET', '/trpc/referral.checkCode?input=%7B', undefined, 400],
    ['input that is not UTF-8', 'GET', '/trpc/referral.checkCode?input=%ff', undefined, 400],
    ['input with a lone %', 'GET', '/trpc/referral.checkCode?input="%zz"', undefined, 400],
    [
      'two inputs',
      'GET',
      `/trpc/referral.checkCode?${input({ code: 'X' })}&input=1`,
      undefined,
      200,
    ],
    ['a batch of one', 'GET', '/trpc/profile.me?batch=1', token, 200],
    [
      'a batch of one with empty inputs',
      'GET',
      `/trpc/profile.me?batch=1&${input({})}`,
      token,
      200,
    ],
    [
      'a batch of one with its input',
      'GET',
      `/trpc/referral.checkCode?batch=1&${input({ 0: { code: 'X' } })}`,
      undefined,
      200,
    ],
    [
      'a batch of one with invalid input',
      'GET',
      `/trpc/referral.checkCode?batch=1&${input({ 0: { code: 1 } })}`,
      undefined,
      400,
    ],
    [
      'a batch of one with the inputs of two',
      'GET',
      `/trpc/referral.checkCode?batch=1&${input({ 0: { code: 'X' }, 1: { code: 'Y' } })}`,
      undefined,
      200,
    ],
    ['inputs that are an array', 'GET', `/trpc/profile.me?batch=1&${input([])}`, token, 400],
    ['inputs that are null', 'GET', `/trpc/profile.me?batch=1&${input(null)}`, token, 400],
    ['batch=2', 'GET', '/trpc/profile.me?batch=2', token, 200],
    ['a batch of two', 'GET', `/trpc/profile.me,auth.sessions?batch=1&${input({})}`, token, 200],
    [
      'a call that is refused',
      'GET',
      `/trpc/profile.get?${input({ id: '019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a' })}`,
      token,
      403,
    ],
    ['an encoded path', 'GET', '/trpc/profile%2Eme', token, 200],
    ['a query by POST', 'POST', '/trpc/profile.me', token, 400],
    ['a mutation by GET', 'GET', '/trpc/auth.logout', token, 400],
    ['HEAD', 'HEAD', '/trpc/profile.me', token, 204],
  ] as const)('%s', async (_name, method, url, headers, status) => {
    const call = { headers: { ...(method === 'POST' && json), ...headers?.() } };
    const [ours, theirs] = await both(method, url, call);
    expect(ours.status).toBe(status);
    if (method === 'HEAD') return;
    expect(comparable(ours)).toEqual(comparable(theirs));
  });

  test.each([
    ['a mutation', '{"phone":"+79990001122"}', json, 200],
    ['a repeated mutation, which is limited', '{"phone":"+79990001122"}', json, 429],
    [
      'a content type with a charset',
      '{"phone":"1"}',
      { 'content-type': 'Application/JSON; charset=utf-8' },
      400,
    ],
    ['a body that is not JSON', '{', json, 400],
    ['an empty body', '', json, 400],
    ['null', 'null', json, 400],
    ['a form', 'phone=1', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
    ['a mutation in Russian', '{"phone":"1"}', { ...json, 'accept-language': 'ru' }, 400],
  ])('%s', async (_name, body, headers, status) => {
    const [ours, theirs] = await both('POST', '/trpc/auth.requestCode', { body, headers });
    expect(ours.status).toBe(status);
    if (status !== 200) expect(comparable(ours)).toEqual(comparable(theirs));
  });

  test.each([
    ['a batch of one', '{"0":{"phone":"+79990001133"}}', 200],
    ['a batch of one with invalid input', '{"0":{"phone":"1"}}', 400],
    ['a batch of one without its input', '{}', 400],
    ['a batch of one with a body that is not JSON', '{', 400],
  ])('%s by POST', async (_name, body, status) => {
    const call = { body, headers: json };
    const [ours, theirs] = await both('POST', '/trpc/auth.requestCode?batch=1', call);
    expect(ours.status).toBe(status);
    if (status !== 200) expect(comparable(ours)).toEqual(comparable(theirs));
  });

  test('a request for a stream', async () => {
    const headers = { ...token(), 'trpc-accept': 'application/jsonl' };
    const plain = await app.send('GET', '/trpc/profile.me', { headers });
    expect(plain.status).toBe(400);
    const url = `/trpc/profile.me?batch=1&${input({})}`;
    const batch = await app.app.inject({ method: 'GET', url, headers });
    expect(batch.statusCode).toBe(200);
    expect(batch.payload.split('\n').length).toBeGreaterThan(2);
  });
});

test('masks unexpected errors', async () => {
  const { query } = app.deps.database;
  app.deps.database.query = async () => {
    throw new Error('secret');
  };
  try {
    const { status, body } = await app.send('GET', '/trpc/profile.me', { headers: token() });
    expect([status, body.error.data.reason]).toEqual([500, 'INTERNAL']);
    expect(JSON.stringify(body)).not.toContain('secret');
  } finally {
    app.deps.database.query = query;
  }
});
