import fc from 'fast-check';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Operation, procedures } from '../src/http/procedures.ts';
import { openTestApp, type TestApp } from './harness.ts';

const ADMIN = '+79997654321';
let app: TestApp;
let tables: string[] = [];
beforeAll(async () => {
  app = await openTestApp({
    env: { ADMIN_PHONES: ADMIN, TEST_PHONES: `${ADMIN}:1234` },
  });
  const found = await app.deps.database.prisma.$queryRaw<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`;
  tables = found.map(({ name }) => name);
});
afterAll(() => app.close());

/** One text for all that is stored. */
async function everything(): Promise<string> {
  const digests = tables.map(
    (name) =>
      `select '${name}', md5(coalesce(string_agg(t::text, '' order by t::text), '')) from ${name} t`,
  );
  return JSON.stringify(
    await app.deps.database.prisma.$queryRawUnsafe(digests.join(' union all ')),
  );
}

/** What people and programs send where a text, a number or a name was meant. */
const STRANGE: unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u{10ffff}',
  '\u202e\u200f\ufeff',
  'é'.repeat(300),
  '٧٩٩٩',
  "'; drop table users; --",
  '../../etc/passwd',
  '%00',
  'NaN',
  '-1',
  '1e400',
  '0001-01-01T00:00:00Z',
  '+999999-12-31T23:59:59Z',
  '00000000-0000-0000-0000-000000000000',
  '019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a',
  '+79991234567',
  'a@example.org',
  'MSAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA',
  'OTk5OTk5OTk5OTk5OTk5OTkgMDE5YTlmM2MtMWI3ZS03YzNkLTlmMDAtMmY2ZjBjMWQ0ZTVh',
  [],
  {},
  [[[[[[]]]]]],
  { toString: 1 },
  { length: -1 },
];

const strange = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...STRANGE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.jsonValue() },
);

/** What a schema's inputs are called, and some of what every object has. */
function keysOf(schema: z.ZodType): string[] {
  const inner = 'unwrap' in schema ? (schema.unwrap as () => z.ZodType)() : schema;
  return inner === schema || inner instanceof z.ZodObject
    ? Object.keys(inner instanceof z.ZodObject ? inner.shape : {})
    : keysOf(inner);
}

function inputs({ input }: Operation): fc.Arbitrary<Record<string, unknown>> {
  const keys = keysOf(input);
  const known = fc.record(Object.fromEntries(keys.map((key) => [key, strange])), {
    requiredKeys: [],
  });
  const unknown = fc.dictionary(
    fc.constantFrom('__proto__', 'constructor', 'toString', 'isAdmin', '0', ''),
    strange,
    { maxKeys: 2 },
  );
  return fc.tuple(known, unknown).map(([a, b]) => ({ ...b, ...a }));
}

const text = (value: unknown) =>
  (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();

interface Sent {
  method: string;
  url: string;
  body?: string | Buffer;
}

function overRest({ meta }: Operation, input: Record<string, unknown>): Sent {
  const { method, path } = meta.openapi;
  const rest = { ...input };
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const value = encodeURIComponent(text(rest[name] ?? 'x'));
    delete rest[name];
    return value;
  });
  if (method === 'POST' || method === 'PATCH')
    return { method, url: `/api/v1${url}`, body: JSON.stringify(rest) };
  const query = Object.entries(rest).map((pair) =>
    pair.map(text).map(encodeURIComponent).join('='),
  );
  return { method, url: `/api/v1${url}?${query.join('&')}` };
}

function overTrpc({ name, type }: Operation, input: unknown): Sent {
  const url = `/trpc/${name}`;
  if (type === 'mutation') return { method: 'POST', url, body: JSON.stringify(input) };
  const query = encodeURIComponent(JSON.stringify(input).toWellFormed());
  return { method: 'GET', url: `${url}?input=${query}` };
}

async function send({ method, url, body }: Sent, headers: Record<string, string> = {}) {
  const { statusCode, payload } = await app.app.inject({
    method: method as 'GET',
    url,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { payload: body }),
  });
  if (statusCode >= 500) throw new Error(`${statusCode}: ${method} ${url} ${body}\n${payload}`);
  return { status: statusCode, payload };
}

const asAdmin = async () => ({
  authorization: `Bearer ${(await app.signIn(ADMIN)).accessToken}`,
});

describe.each(procedures().map((operation) => [operation.name, operation] as const))(
  '%s',
  (_, operation) => {
    test('answers whatever comes with no fault, and bad input changes nothing', async () => {
      const admin = await asAdmin();
      let before = await everything();
      await fc.assert(
        fc.asyncProperty(inputs(operation), fc.boolean(), async (input, signedIn) => {
          for (const sent of [overRest(operation, input), overTrpc(operation, input)]) {
            const { status } = await send(sent, signedIn ? admin : {});
            const after = await everything();
            if ([400, 404, 413].includes(status)) expect(after).toBe(before);
            before = after;
          }
        }),
        { numRuns: 12 },
      );
    });

    test('reads a body of any bytes', async () => {
      const admin = await asAdmin();
      for (const body of BODIES)
        for (const { method, url } of [overRest(operation, {}), overTrpc(operation, {})])
          if (method !== 'GET' && method !== 'DELETE') {
            const before = await everything();
            const { status } = await send({ method, url, body: Buffer.from(body) }, admin);
            if (status === 400 || status === 413) expect(await everything()).toBe(before);
          }
    });
  },
);

const nested = (open: string, depth: number) => open.repeat(depth);
const BODIES: (string | Uint8Array)[] = [
  'null',
  '[]',
  '"text"',
  '1e999',
  '{',
  '{"a":1}}',
  '\ufeff{}',
  nested('[', 30_000),
  nested('{"a":', 10_000),
  `${nested('[', 20_000)}${nested(']', 20_000)}`,
  `{"phone":${nested('{"a":', 5_000)}1${nested('}', 5_000)}}`,
  '{"__proto__":{"role":"admin"}}',
  '{"constructor":{"prototype":{"role":"admin"}}}',
  '{"phone":"\\u0000","code":"\\u0000","email":"\\u0000@example.org","password":"\\u0000aaaaaaaaaaaaaaa","inviteCode":"\\u0000","refreshToken":"\\u0000","displayName":"\\u0000"}',
  '{"phone":"+79991234567","code":"1234","inviteCode":"A\\u0000B","email":"a@example.org","password":"a long and strange one","displayName":"\\ud800","refreshToken":"\\ud800"}',
  Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Uint8Array.from([0x22, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0x22]),
  Uint8Array.from([0, 0, 0, 0]),
  `{"phone":"${'9'.repeat(65_000)}"}`,
  `{"phone":"${'9'.repeat(70_000)}"}`,
];

const cursor = (at: unknown) =>
  Buffer.from(`${at} 019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a`).toString('base64url');

test.each([1e300, 'NaN', 'Infinity', -1, 1.5, '8.64e15', '8640000000000001', '0x10', ''])(
  'a cursor of one’s own making is no fault: %s',
  async (at) => {
    const admin = await asAdmin();
    for (const operation of procedures())
      if (keysOf(operation.input).includes('cursor'))
        for (const id of ['019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a'])
          await send(overRest(operation, { cursor: cursor(at), userId: id, id }), admin);
  },
);

test('a text with NUL is bad input, whoever carries it to the database', async () => {
  const { prisma, ...database } = app.deps.database;
  const statement = sql`select ${'a\0'}::text`;
  await expect(database.query(statement)).rejects.toMatchObject({ reason: 'INPUT_INVALID' });
  await expect(database.transaction((tx) => tx.query(statement))).rejects.toMatchObject({
    reason: 'INPUT_INVALID',
  });
  const byPrisma = prisma.user.findMany({ where: { displayName: 'a\0' } });
  await expect(byPrisma).rejects.toMatchObject({ reason: 'INPUT_INVALID' });
});

test('half a surrogate pair, which JSON can carry and PostgreSQL’s cannot, is no fault', async () => {
  const admin = await asAdmin();
  for (const operation of procedures()) {
    const input = Object.fromEntries(keysOf(operation.input).map((key) => [key, '\ud800']));
    for (const sent of [overRest(operation, input), overTrpc(operation, input)])
      await send(sent, admin);
  }
});

describe('odd requests', () => {
  test.each([
    '/trpc/__proto__',
    '/trpc/constructor',
    '/trpc/auth.__proto__',
    '/trpc/auth.toString,profile.me?batch=1',
    '/trpc/profile.me?batch=1&input=%7B%22__proto__%22%3A1%7D',
    '/trpc/profile.me?input=%00',
    '/trpc/profile.me?input=%ff',
    '/trpc/%00',
    '/trpc/',
    '/trpc',
    '/api/v1/users/%00',
    '/api/v1/users/%ff%fe',
    '/api/v1/users/%',
    '/api/v1/users/..%2f..%2fadmin',
    '/api/v1/referral/codes/%00',
    '/api/v1/referral/codes/a%00b',
    `/api/v1/referral/codes/${'%F0%9F%98%80'.repeat(500)}`,
    `/api/v1/referral/codes/${'a'.repeat(6000)}`,
    `/api/v1/${'a/'.repeat(3000)}`,
    `/api/v1/profile?${'a=1&'.repeat(2000)}`,
    '/api/v1/profile?__proto__[role]=admin&constructor=1',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%00',
    '//evil.example/%2e%2e',
  ])('%s', async (url) => {
    const { status } = await send({ method: 'GET', url }, await asAdmin());
    expect(status).toBeLessThan(500);
    expect({}).not.toHaveProperty('role');
  });

  test('headers of any kind are no fault', async () => {
    const header = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.constantFrom('Bearer', 'Bearer  x', 'Bearer a.b.c', `Bearer ${'a'.repeat(8000)}`),
      fc.constantFrom('*', 'ru;q=x', 'en;q=1e999', ',;,;', `${'en,'.repeat(2000)}`),
      fc.constantFrom('eyJhbGciOiJub25lIn0.e30.', `Bearer ${'{}'.repeat(9)}`, 'invitree_session=x'),
    );
    const sendable = header.map((value) => value.replaceAll(/[^\t\x20-\x7e]/g, '?'));
    const names = [
      'authorization',
      'accept-language',
      'cookie',
      'user-agent',
      'origin',
      'x-forwarded-for',
      'content-type',
      'accept',
      'trpc-accept',
      'if-none-match',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.record(Object.fromEntries(names.map((name) => [name, sendable])), { requiredKeys: [] }),
        async (headers) => {
          const named = headers as Record<string, string>;
          await send({ method: 'GET', url: '/api/v1/profile' }, named);
          await send({ method: 'GET', url: '/trpc/profile.me' }, named);
          await send({ method: 'POST', url: '/api/v1/auth/verify', body: '{}' }, named);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('the longest texts are answered at once: no expression runs away with them', async () => {
  const admin = await asAdmin();
  const texts = ['a', ' ', '0', '-', '(', 'a@', '+7 ', '٧', 'é', '.', '%'].map((unit) =>
    unit.repeat(Math.floor(60_000 / Buffer.byteLength(unit))),
  );
  for (const operation of procedures()) {
    const { method } = overRest(operation, {});
    const keys = keysOf(operation.input);
    if (method === 'GET' || method === 'DELETE' || keys.length === 0) continue;
    for (const text of texts)
      for (const key of keys) {
        const started = performance.now();
        await send(overRest(operation, { [key]: `${text}!` }), admin);
        expect(performance.now() - started).toBeLessThan(2_000);
      }
  }
});

test('memory stays where it was', async () => {
  const body = `{"phone":"${'9'.repeat(60_000)}","x":[${'1,'.repeat(1_000)}1]}`;
  const storm = async (requests: number) => {
    for (let n = 0; n < requests; n++) {
      await send({
        method: 'POST',
        url: '/api/v1/auth/code',
        body: body.replace('"x"', `"x${n}"`),
      });
      await send({ method: 'POST', url: '/trpc/auth.requestCode', body: `${body}${n}` });
    }
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc');
  const before = await storm(100);
  // 60 MB went through: were they kept, it would show.
  const after = await storm(500);
  expect(after - before).toBeLessThan(15_000_000);
});
