import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { procedures } from '../../src/http/procedures.ts';
import { keysOf } from './inputs.ts';
import { overRest, overTrpc } from './requests.ts';
import { openTarget, type Target } from './target.ts';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target?.close());

const ID = '019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a';

const cursor = (at: unknown) => Buffer.from(`${at} ${ID}`).toString('base64url');

test.each([1e300, 'NaN', 'Infinity', -1, 1.5, '8.64e15', '8640000000000001', '0x10', ''])(
  'a forged cursor causes no fault: %s',
  async (at) => {
    const admin = await target.asAdmin();
    for (const procedure of procedures())
      if (keysOf(procedure.input).includes('cursor'))
        await target.send(overRest(procedure, { cursor: cursor(at), userId: ID, id: ID }), admin);
  },
);

test('a string with NUL is INPUT_INVALID on every path to the database', async () => {
  const { prisma, ...database } = target.app.deps.database;
  const statement = sql`select ${'a\0'}::text`;
  await expect(database.query(statement)).rejects.toMatchObject({ reason: 'INPUT_INVALID' });
  await expect(database.transaction((tx) => tx.query(statement))).rejects.toMatchObject({
    reason: 'INPUT_INVALID',
  });
  const byPrisma = prisma.user.findMany({ where: { displayName: 'a\0' } });
  await expect(byPrisma).rejects.toMatchObject({ reason: 'INPUT_INVALID' });
});

test('a lone surrogate, which JSON allows and PostgreSQL does not, causes no fault', async () => {
  const admin = await target.asAdmin();
  for (const procedure of procedures()) {
    const input = Object.fromEntries(keysOf(procedure.input).map((key) => [key, '\ud800']));
    for (const request of [overRest(procedure, input), overTrpc(procedure, input)])
      await target.send(request, admin);
  }
});
