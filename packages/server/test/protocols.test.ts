import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { REASONS } from '../src/core/errors.ts';
import { procedures } from '../src/http/procedures.ts';
import { appRouter } from '../src/http/router.ts';
import { openTestApp, type TestApp } from './harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app?.close());

describe.each(procedures().map((procedure) => [procedure.name, procedure] as const))(
  '%s',
  (name, { meta, input, type }) => {
    test('declares its input, output, route, access and errors', () => {
      // biome-ignore lint/suspicious/noExplicitAny: tRPC types the procedures' definitions as unknown
      const { output } = (appRouter._def.procedures as any)[name]._def;
      expect(input).toBeInstanceOf(z.ZodType);
      expect(output).toBeInstanceOf(z.ZodType);
      const { method, path, protect, summary, tags } = meta.openapi;
      expect(method).toMatch(/^(GET|POST|PATCH|DELETE)$/);
      expect(path).toMatch(/^\/[a-z]/);
      expect(typeof protect).toBe('boolean');
      expect(summary).toBeTruthy();
      expect(tags).toEqual([name.split('.')[0]]);
      for (const reason of meta.errors ?? []) expect(REASONS).toContain(reason);
    });

    test('is refused without a token on both protocols, unless it is public', async () => {
      const { method, path, protect } = meta.openapi;
      const id = '019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a';
      const route = `${method} ${path.replaceAll(/\{\w+\}/g, id)}`;
      const rest = await app.rest(route);
      const trpc = await app.trpc(`${type} ${name}`);
      if (protect) {
        expect([rest.status, rest.body.data.reason]).toEqual([401, 'TOKEN_MISSING']);
        expect(rest.headers['www-authenticate']).toBe('Bearer');
        expect(trpc.headers['www-authenticate']).toBe('Bearer');
        expect([trpc.status, trpc.body.data.reason]).toEqual([401, 'TOKEN_MISSING']);
      } else {
        expect(rest.body.data?.reason).not.toBe('TOKEN_MISSING');
      }
    });
  },
);

test('both protocols return the same data', async () => {
  const anna = await app.signIn();
  const boris = await app.signIn();
  const inviteCode = anna.user.inviteCode;
  await app.rest('POST /referral/activate', { token: boris.accessToken, body: { inviteCode } });
  const { accessToken: token, user } = anna;
  const pairs = [
    ['GET /profile', 'query profile.me', undefined],
    [`GET /users/${user.id}`, 'query profile.get', { id: user.id }],
    ['GET /auth/sessions', 'query auth.sessions', undefined],
    ['GET /referral/code', 'query referral.myCode', undefined],
    [`GET /referral/codes/${inviteCode}`, 'query referral.checkCode', { code: inviteCode }],
    [
      `GET /users/${user.id}/referrals?limit=5`,
      'query referral.list',
      { userId: user.id, limit: 5 },
    ],
  ] as const;
  for (const [route, procedure, body] of pairs) {
    const rest = await app.rest(route, { token });
    const trpc = await app.trpc(procedure, { token, body });
    expect(rest.status).toBe(200);
    expect(rest.body).toEqual(trpc.body);
  }
});

describe('cases that the adapter of trpc-openapi gets wrong', () => {
  test('a REST call does not make tRPC accept a string for a number', async () => {
    const { accessToken: token, user } = await app.signIn();
    const rest = await app.rest(`GET /users/${user.id}/referrals?limit=5`, { token });
    expect(rest.status).toBe(200);
    const trpc = await app.trpc('query referral.list', {
      token,
      body: { userId: user.id, limit: '5' },
    });
    expect(trpc.body.data.reason).toBe('INPUT_INVALID');
  });

  test.each(['five', '', '0', '101', '1e1', '1.5', 'Infinity', '0x10', ' 5'])(
    'limit=%j is refused',
    async (limit) => {
      const { accessToken: token, user } = await app.signIn();
      const path = `GET /users/${user.id}/referrals?limit=${encodeURIComponent(limit)}`;
      const { status, body } = await app.rest(path, { token });
      expect([status, body.data.reason]).toEqual([400, 'INPUT_INVALID']);
      expect(body.issues[0].path).toEqual(['limit']);
    },
  );

  test('null is not converted to 0, false or an empty string', async () => {
    const { accessToken: token } = await app.signIn();
    const out = await app.rest('POST /auth/logout', { token, body: { everywhere: null } });
    expect(out.body.data.reason).toBe('INPUT_INVALID');
    const code = await app.rest('POST /auth/code', { body: { phone: null } });
    expect(code.body.issues[0].path).toEqual(['phone']);
  });

  test('path parameters are percent-decoded', async () => {
    const { user } = await app.signIn();
    const { body } = await app.rest(`GET /referral/codes/%20${user.inviteCode.toLowerCase()}%20`);
    expect(body).toMatchObject({ code: user.inviteCode, valid: true });
  });

  test('a POST without input accepts an empty JSON body or no body', async () => {
    for (const headers of [{ 'content-type': 'application/json' }, {}]) {
      const { accessToken: token } = await app.signIn();
      const { status, body } = await app.rest('POST /auth/logout', { token, headers });
      expect([status, body]).toEqual([200, { revoked: 1 }]);
    }
  });

  test('the OpenAPI document has every error status of a procedure, with its schema', async () => {
    const { body: document } = await app.send('GET', '/openapi.json', {});
    const { responses } = document.paths['/referral/activate'].post;
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '404', '409', '500', '503']),
    );
    const { schema, examples } = responses['409'].content['application/json'];
    expect(schema.$ref).toBe('#/components/schemas/Error');
    expect(examples.ALREADY_ACTIVATED.value.data).toMatchObject({
      httpStatus: 409,
      inviteCode: 'K7MWQ2',
    });
    const { required } = document.components.schemas.Error;
    expect(required).toEqual(['message', 'code', 'data']);
  });
});
