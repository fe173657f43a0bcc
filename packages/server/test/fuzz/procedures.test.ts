import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { procedures } from '../../src/http/procedures.ts';
import { BODIES } from './bodies.ts';
import { inputs } from './inputs.ts';
import { overRest, overTrpc } from './requests.ts';
import { openTarget, type Target } from './target.ts';

let target: Target;
let tables: string[] = [];
beforeAll(async () => {
  target = await openTarget();
  const found = await target.app.deps.database.prisma.$queryRaw<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`;
  tables = found.map(({ name }) => name);
});
afterAll(() => target?.close());

/** Changes whenever a stored row does. */
async function digestTables(): Promise<string> {
  const digests = tables.map(
    (name) =>
      `select '${name}', md5(coalesce(string_agg(t::text, '' order by t::text), '')) from ${name} t`,
  );
  const { prisma } = target.app.deps.database;
  return JSON.stringify(await prisma.$queryRawUnsafe(digests.join(' union all ')));
}

describe.each(procedures().map((procedure) => [procedure.name, procedure] as const))(
  '%s',
  (_, procedure) => {
    test('strange input causes no fault, and refused input changes nothing', async () => {
      const admin = await target.asAdmin();
      let before = await digestTables();
      await fc.assert(
        fc.asyncProperty(inputs(procedure), fc.boolean(), async (input, signedIn) => {
          for (const request of [overRest(procedure, input), overTrpc(procedure, input)]) {
            const { status } = await target.send(request, signedIn ? admin : {});
            const after = await digestTables();
            if ([400, 404, 413].includes(status)) expect(after).toBe(before);
            before = after;
          }
        }),
        { numRuns: 12 },
      );
    });

    test('bodies of any bytes cause no fault', async () => {
      const admin = await target.asAdmin();
      for (const body of BODIES)
        for (const { method, url } of [overRest(procedure, {}), overTrpc(procedure, {})])
          if (method !== 'GET' && method !== 'DELETE') {
            const before = await digestTables();
            const { status } = await target.send({ method, url, body: Buffer.from(body) }, admin);
            if (status === 400 || status === 413) expect(await digestTables()).toBe(before);
          }
    });
  },
);
