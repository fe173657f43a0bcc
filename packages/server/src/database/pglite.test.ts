import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPglite } from './pglite.ts';

let embedded: Awaited<ReturnType<typeof openPglite>>;
beforeAll(async () => {
  embedded = await openPglite();
  await embedded.pool.query('create table one (id int primary key)');
});
afterAll(() => embedded.close());

const named = (text: string) => embedded.pool.query({ name: text, text });

test('statements after a failed one receive their own results', async () => {
  await named('insert into one values (1)');
  for (const result of [1, 2, 3]) {
    await expect(named('insert into one values (1)')).rejects.toThrow('duplicate key');
    await expect(embedded.pool.query('select 1/0')).rejects.toThrow('division by zero');
    expect((await named(`select ${result} as result`)).rows).toEqual([{ result }]);
    expect((await named('select 0 as result')).rows).toEqual([{ result: 0 }]);
  }
});

test('concurrent statements receive their own results when some fail', async () => {
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      named(i % 3 ? `select ${i} as i` : 'insert into one values (1)').then(
        ({ rows }) => rows[0].i,
        () => 'failed',
      ),
    ),
  );
  expect(results).toEqual(Array.from({ length: 20 }, (_, i) => (i % 3 ? i : 'failed')));
});
