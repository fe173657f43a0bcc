import { afterAll, beforeAll, expect, test } from 'vitest';
import { procedures } from '../../src/http/procedures.ts';
import { keysOf } from './inputs.ts';
import { overRest } from './requests.ts';
import { openTarget, type Target } from './target.ts';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target?.close());

test('long strings take no regular expression more than two seconds', async () => {
  const admin = await target.asAdmin();
  const strings = ['a', ' ', '0', '-', '(', 'a@', '+7 ', '٧', 'é', '.', '%'].map((unit) =>
    unit.repeat(Math.floor(60_000 / Buffer.byteLength(unit))),
  );
  for (const procedure of procedures()) {
    const { method } = overRest(procedure, {});
    const keys = keysOf(procedure.input);
    if (method === 'GET' || method === 'DELETE' || keys.length === 0) continue;
    for (const string of strings)
      for (const key of keys) {
        const started = performance.now();
        await target.send(overRest(procedure, { [key]: `${string}!` }), admin);
        expect(performance.now() - started).toBeLessThan(2_000);
      }
  }
});

test('large requests leave no memory behind', async () => {
  const body = `{"phone":"${'9'.repeat(60_000)}","x":[${'1,'.repeat(1_000)}1]}`;
  const storm = async (requests: number) => {
    for (let n = 0; n < requests; n++) {
      await target.send({
        method: 'POST',
        url: '/api/v1/auth/code',
        body: body.replace('"x"', `"x${n}"`),
      });
      await target.send({ method: 'POST', url: '/trpc/auth.requestCode', body: `${body}${n}` });
    }
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc');
  const before = await storm(100);
  // The second storm sends 60 MB. If any of it were kept, the heap would show it.
  const after = await storm(500);
  expect(after - before).toBeLessThan(15_000_000);
});
