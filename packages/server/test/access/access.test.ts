import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reason } from '../../src/core/errors.ts';
import { type Procedure, procedures } from '../../src/http/procedures.ts';
import { openTestApp, type TestApp } from '../harness.ts';
import { CALLERS, createFixture, credentialsOf } from './callers.ts';
import { EXPECTATIONS, type Outcomes } from './expectations.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app?.close());

test('every procedure has an expectation, and every expectation a procedure', () => {
  const names = procedures().map(({ name }) => name);
  expect(Object.keys(EXPECTATIONS).sort()).toEqual(names.sort());
});

describe.each(procedures().map((procedure) => [procedure.name, procedure] as const))(
  '%s',
  (name, procedure) => {
    test.each([
      ['REST', callRest],
      ['tRPC', callTrpc],
    ] as const)('over %s', async (_, call) => {
      const expectation = EXPECTATIONS[name];
      if (!expectation) throw new Error(`No expectation for ${name}`);
      const fixture = await createFixture(app);
      const outcomes: Partial<Outcomes> = {};
      // The owner calls last, because the call may delete the owner.
      for (const caller of CALLERS.toSorted((a, b) => +(a === 'owner') - +(b === 'owner'))) {
        const headers = await credentialsOf(app, fixture, caller);
        const { status, body } = await call(procedure, expectation.input?.(fixture), headers);
        outcomes[caller] = body?.data?.reason ?? status;
      }
      const { status = 200 } = procedure.meta;
      const onProtocol = (outcome: number | Reason) =>
        typeof outcome === 'number' && call === callRest ? status : outcome;
      const expected = Object.entries(expectation.outcomes).map(([caller, outcome]) => [
        caller,
        onProtocol(outcome),
      ]);
      expect(outcomes).toEqual(Object.fromEntries(expected));
    });
  },
);

function callRest({ meta }: Procedure, input: object = {}, headers: Record<string, string>) {
  const { method, path } = meta.openapi;
  const remaining = new Map<string, unknown>(Object.entries(input));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(remaining.get(name));
    remaining.delete(name);
    return value;
  });
  if (method === 'POST' || method === 'PATCH')
    return app.rest(`${method} ${filled}`, { headers, body: Object.fromEntries(remaining) });
  const query = new URLSearchParams([...remaining].map(([key, value]) => [key, String(value)]));
  return app.rest(`${method} ${filled}?${query}`, { headers });
}

async function callTrpc(
  { type, name }: Procedure,
  input: object | undefined,
  headers: Record<string, string>,
) {
  if (input || type === 'query') return app.trpc(`${type} ${name}`, { headers, body: input });
  // tRPC's own client sends no body if there is no input.
  const json = { ...headers, 'content-type': 'application/json' };
  const { status, body } = await app.send('POST', `/trpc/${name}`, { headers: json });
  return { status, body: body.error };
}
